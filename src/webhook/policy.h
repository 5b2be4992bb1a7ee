// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_POLICY_H_
#define ZEROTOUCH_WEBHOOK_POLICY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "webhook/address.h"

namespace zerotouch::webhook {

// Where webhooks may lead. The default is that of `serve`: https, and the Internet only.
struct Policy {
  bool any_url = false;               // also http, and any address: a sandbox
  std::vector<AddressBlock> allowed;  // addresses that are not of the Internet
  std::string ca_file;                // PEM file of more authorities; empty: the system's only

  // Returns true if the server may connect to the address. The only rule about it: it is
  // asked when a URL has an address for a host, and before each connection.
  bool Permits(const Address& address) const;

  // Returns why the URL of a webhook is refused, as "use an https URL"; nullopt if it is fine.
  // A host's name is not resolved.
  std::optional<std::string> Refuse(const std::string& url) const;
};

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_POLICY_H_
