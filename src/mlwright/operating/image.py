"""What the image is built from in which an operator runs: all of mlwright, and all that it needs, as installed here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import distribution, version
from importlib.resources import files

from mlwright.project import Project
from mlwright.shipping.image import SYSTEM, USER, tree
from mlwright.shipping.parts import parts

IMAGE = f"mlwright/operate:{version('mlwright')}"
"""One image serves all projects: each lies on a volume of its own."""
SOURCES = {"postgresql": ("psycopg", "psycopg-binary"), "postgres": ("psycopg", "psycopg-binary")}
"""By the scheme of a source, the packages of an extra that reads it."""

DOCKERFILE = """\
ARG BASE={base}
FROM $BASE AS build
COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir --no-compile --no-deps --prefix=/install -r /requirements.txt

FROM $BASE
{system}COPY --from=build /install /usr/local
COPY app /app
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
USER {user}:{user}
WORKDIR /tmp
ENTRYPOINT ["python", "-m", "mlwright"]
"""


def image_files(projects: Sequence[Project]) -> dict[str, bytes]:
    """The Dockerfile, the packages with their versions and mlwright itself, by their path in the folder."""
    base = f"docker.io/library/python:{sys.version_info.major}.{sys.version_info.minor}-slim"
    needed = parts(["mlwright", *(package for project in projects for package in _for_source(project))])
    return {
        "Dockerfile": DOCKERFILE.format(base=base, system=SYSTEM, user=USER).encode(),
        "requirements.txt": "".join(
            f"{part.name}=={part.version}\n" for name, part in needed.items() if name != "mlwright"
        ).encode(),
        **{f"app/{path}": content for path, content in (tree(files("mlwright"), "mlwright") | _metadata()).items()},
    }


def _metadata() -> dict[str, bytes]:
    """What says which version of mlwright it is, where an installer would have put it."""
    folder = f"mlwright-{version('mlwright')}.dist-info"
    return {f"{folder}/METADATA": (distribution("mlwright").read_text("METADATA") or "").encode()}


def _for_source(project: Project) -> Sequence[str]:
    """The packages that read where a project's rows come from, of the training and of what is watched."""
    settings = project.settings()
    sources = (settings.collect.source, settings.watch.source)
    return [one for source in sources for one in SOURCES.get(str(source).partition("://")[0].partition("+")[0], ())]
