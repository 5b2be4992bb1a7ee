// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_ADDRESS_H_
#define ZEROTOUCH_WEBHOOK_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

// Addresses that webhooks may lead to. An IPv4 address is held as the IPv6 address that it is
// mapped to (RFC 4291 section 2.5.5.2), so no spelling of it escapes a rule.
namespace zerotouch::webhook {

class Address {
 public:
  // Returns nullopt for another family than IPv4 and IPv6.
  static std::optional<Address> Of(const sockaddr& address);
  // Parses an address in numbers: IPv4 with four decimal parts, or IPv6, without brackets.
  static std::optional<Address> Parse(std::string_view text);

  // Returns true if it is mapped IPv4.
  bool IsIpv4() const;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }

 private:
  explicit Address(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}
  std::array<uint8_t, 16> bytes_;
};

// A block of addresses, such as 10.0.0.0/8 or fd00::/8.
class AddressBlock {
 public:
  // Parses a block. An address alone is a block of one. nullopt if it is invalid, or if bits
  // after the prefix are set.
  static std::optional<AddressBlock> Parse(std::string_view cidr);

  bool Contains(const Address& address) const;

 private:
  AddressBlock(const Address& first, int bits) : first_(first), bits_(bits) {}
  Address first_;
  int bits_;  // of the 128
};

// Returns true if the address is one of the Internet: not of a loopback, link-local, private or
// otherwise special block (IANA's registries for special-purpose addresses), and no
// translation (NAT64) of such an address. Unknown blocks of IPv6 are not.
bool IsPublic(const Address& address);

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_ADDRESS_H_
