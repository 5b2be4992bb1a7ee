// SPDX-License-Identifier: Apache-2.0
// Makes one call and prints why it failed.

#include <iostream>

#include "client/client.h"
#include "client/credentials.h"
#include "client/curl_transport.h"

int main(int argc, char** argv) {
  using namespace zerotouch::client;
  if (argc != 2) return 1;
  const auto credentials = ReadCredentials(argv[1]);
  if (!credentials.ok()) {
    std::cout << credentials.status().message() << "\n";
    return 2;
  }
  CurlTransport transport("consumer/1.0");
  Client client(*credentials, transport, {});
  api::UnclaimDevicesRequest request;
  request.set_partner_id(1);
  const auto operation = client.UnclaimDevicesAsync(request);
  std::cout << operation.status().message() << "\n";
  return operation.ok() ? 0 : 3;
}
