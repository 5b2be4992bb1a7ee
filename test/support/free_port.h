// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_FREE_PORT_H_
#define ZEROTOUCH_TEST_SUPPORT_FREE_PORT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

namespace zerotouch::test {

// Returns a loopback port that is free now, for a server that is restarted on the
// same port. It is below the ephemeral ports: otherwise a client could get the
// port of a server that is down, and even connect to itself.
inline int FreePort() {
  constexpr int kLowest = 20'000, kHighest = 32'000;
  std::random_device random;
  std::uniform_int_distribution<int> any(kLowest, kHighest);
  for (int tries = 0; tries < 1'000; ++tries) {
    const int port = any(random);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const bool free = bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(socket);
    if (free) return port;
  }
  std::fputs("no port is free\n", stderr);
  std::abort();
}

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_FREE_PORT_H_
