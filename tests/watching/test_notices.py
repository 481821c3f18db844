"""People are told by mail, by a post, in a channel; what does not arrive is tried again, and no secret is shown."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from mlwright.core.errors import NoticeRefused, SettingsError
from mlwright.core.store import Store
from mlwright.operating.diary import Diary
from mlwright.operating.telling import deliver, say
from mlwright.watching.notices import NOTIFIERS, Notice, notifier_for

NOTICE = Notice(id="n1", kind="promoted", project="churn", title="It is in use", text="It gained 3 %.", at=1.8e9)


class Box(Message):
    def __init__(self):
        super().__init__()
        self.mails = []

    def handle_message(self, message):
        self.mails.append(message)


@pytest.fixture
def mail_server():
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def web_server():
    got, answers = [], []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(
                (self.path, dict(self.headers), json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            )
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = got, answers
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_mail_reaches_a_real_server(mail_server):
    notifier_for(f"smtp://127.0.0.1:{mail_server.port}/?from=me@here&to=you@there", {}).send(NOTICE)
    (mail,) = mail_server.mails
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == ("churn: It is in use", "you@there", "<n1@mlwright>")
    assert "It gained 3 %." in mail.get_payload(decode=True).decode()


def test_a_webhook_gets_the_notice_with_an_id_that_stays(web_server):
    notifier_for(f"{web_server.url}/hook", {}).send(NOTICE)
    ((path, headers, body),) = web_server.got
    assert (path, headers["Idempotency-Key"], body["kind"]) == ("/hook", "n1", "promoted")


def test_a_channel_gets_its_own_kind_of_json(web_server):
    notifier_for("slack:env:CHANNEL", {"CHANNEL": f"{web_server.url}/T0/secret"}).send(NOTICE)
    ((path, _, body),) = web_server.got
    assert path == "/T0/secret"
    assert body["text"] == "churn: It is in use"
    assert body["blocks"][1]["text"]["text"] == "It gained 3 %."


def test_a_refusal_names_no_secret(web_server):
    web_server.answers.append(500)
    with pytest.raises(NoticeRefused, match="answered 500") as refused:
        notifier_for(f"{web_server.url}/T0/secret", {}).send(NOTICE)
    assert "secret" not in str(refused.value)


def test_a_password_that_is_written_out_is_refused():
    with pytest.raises(SettingsError, match="password written out"):
        notifier_for("smtp://me:hunter2@host/?from=a@b&to=c@d", {})
    with pytest.raises(NoticeRefused, match="PASS is not set"):
        notifier_for("smtp://me:env:PASS@host/?from=a@b&to=c@d", {})
    with pytest.raises(SettingsError, match="no address that is known"):
        notifier_for("pigeon:coop", {})


def test_every_member_knows_its_own_addresses_alone():
    addresses = {"email": "smtp://h/", "slack": "slack:https://h/x", "webhook": "https://h/x"}
    assert set(addresses) == set(NOTIFIERS.names())
    for name in NOTIFIERS.names():
        assert [other for other, address in addresses.items() if NOTIFIERS.get(name).accepts(address)] == [name]


def test_what_does_not_arrive_is_tried_again_later_and_once_it_has_arrived_never_again(tmp_path, web_server):
    now = [1.8e9]
    diary = Diary(Store(tmp_path), lambda: now[0])
    say(diary, "promoted", "a", "It is in use", "It gained 3 %.")
    say(diary, "promoted", "a", "It is in use", "It gained 3 %.")
    web_server.answers.append(503)
    for later_s in (0, 1, 60, 120, 600):
        now[0] = 1.8e9 + later_s
        deliver(diary, [web_server.url], "churn", tmp_path)
    assert [body["id"] for _, _, body in web_server.got] == [diary.last("notice")["id"]] * 2
    assert len(diary.events("sent")) == 1
