// Usage: client HOST PORT ROWS.csv        (g++ -std=c++17 -o client client.cpp)
// Plain HTTP over a socket, for programs that carry no library; with libcurl it is shorter.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

static int connected(const char* host, const char* port) {
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &wanted, &found) != 0) throw std::runtime_error("no such host");
    int sock = -1;
    for (addrinfo* one = found; one && sock < 0; one = one->ai_next) {
        sock = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (sock >= 0 && connect(sock, one->ai_addr, one->ai_addrlen) != 0) {
            close(sock);
            sock = -1;
        }
    }
    freeaddrinfo(found);
    if (sock < 0) throw std::runtime_error("the service does not answer");
    return sock;
}

static std::string ask(int sock, const std::string& request) {
    for (std::size_t sent = 0; sent < request.size();) {
        ssize_t now = send(sock, request.data() + sent, request.size() - sent, 0);
        if (now <= 0) throw std::runtime_error("the connection broke");
        sent += static_cast<std::size_t>(now);
    }
    std::string reply;
    char part[4096];
    for (ssize_t now; (now = recv(sock, part, sizeof part, 0)) > 0;) reply.append(part, static_cast<std::size_t>(now));
    return reply;
}

int main(int, char** words) try {
    std::ifstream file(words[3]);
    std::string header;
    std::getline(file, header);
    const std::string rows((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const char* token = std::getenv("MLWRIGHT_TOKEN");
    const std::string request = std::string("POST /invocations HTTP/1.1\r\nHost: ") + words[1] + ":" + words[2] +
                                "\r\nConnection: close\r\nContent-Type: text/csv\r\n" +
                                (token ? std::string("Authorization: Bearer ") + token + "\r\n" : "") +
                                "Content-Length: " + std::to_string(rows.size()) + "\r\n\r\n" + rows;
    const int sock = connected(words[1], words[2]);
    const std::string reply = ask(sock, request);
    close(sock);
    const std::size_t body = reply.find("\r\n\r\n");
    if (reply.compare(0, 12, "HTTP/1.1 200") != 0 || body == std::string::npos) throw std::runtime_error(reply);
    std::cout << reply.substr(body + 4);
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
