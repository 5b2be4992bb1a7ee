// SPDX-License-Identifier: Apache-2.0
#include "webhook/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/check.h"

namespace zerotouch::webhook {
namespace {

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr int kAllBits = 128;

std::array<uint8_t, 16> MappedTo(const in_addr& address) {
  std::array<uint8_t, 16> bytes = {};
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  std::memcpy(bytes.data() + kMapped.size(), &address, sizeof(address));
  return bytes;
}

// Blocks of IPv4 that are not of the Internet (RFC 6890 and the registry that it made).
constexpr const char* kSpecialIpv4[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};

// The block of IPv6 that is, and blocks within it that are not: protocol assignments, among
// them Teredo, documentation, and 6to4.
constexpr const char* kGlobalIpv6 = "2000::/3";
constexpr const char* kSpecialIpv6[] = {"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"};

// IPv4 addresses as a NAT64 writes them (RFC 6052).
constexpr const char* kNat64 = "64:ff9b::/96";

AddressBlock Known(const char* cidr) {
  const std::optional<AddressBlock> block = AddressBlock::Parse(cidr);
  ZT_CHECK(block.has_value(), "a known block of addresses is invalid");
  return *block;
}

template <size_t kSize>
const std::vector<AddressBlock>& KnownBlocks(const char* const (&cidrs)[kSize]) {
  static const auto* const blocks = [&] {
    auto* const made = new std::vector<AddressBlock>;
    for (const char* cidr : cidrs) made->push_back(Known(cidr));
    return made;
  }();
  return *blocks;
}

bool IsIn(const std::vector<AddressBlock>& blocks, const Address& address) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const AddressBlock& block) { return block.Contains(address); });
}

}  // namespace

std::optional<Address> Address::Of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4 = {};
    std::memcpy(&v4, &address, sizeof(v4));
    return Address(MappedTo(v4.sin_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6 = {};
    std::memcpy(&v6, &address, sizeof(v6));
    std::array<uint8_t, 16> bytes = {};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return Address(bytes);
  }
  return std::nullopt;
}

std::optional<Address> Address::Parse(std::string_view text) {
  const std::string copy(text);
  in_addr v4 = {};
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return Address(MappedTo(v4));
  std::array<uint8_t, 16> bytes = {};
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return Address(bytes);
  return std::nullopt;
}

bool Address::IsIpv4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin()); }

std::optional<AddressBlock> AddressBlock::Parse(std::string_view cidr) {
  const size_t slash = cidr.find('/');
  const std::optional<Address> first = Address::Parse(cidr.substr(0, slash));
  if (!first.has_value()) return std::nullopt;
  int bits = kAllBits;
  if (slash != std::string_view::npos) {
    const std::string_view text = cidr.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc() || end != text.data() + text.size() || bits < 0) return std::nullopt;
    // The prefix of an IPv4 block counts bits of the IPv4 address.
    if (cidr.find(':') == std::string_view::npos) bits += kMappedBits;
    if (bits > kAllBits) return std::nullopt;
  }
  for (int i = bits; i < kAllBits; ++i) {
    if ((first->bytes()[static_cast<size_t>(i / 8)] >> (7 - i % 8) & 1) != 0) return std::nullopt;
  }
  return AddressBlock(*first, bits);
}

bool AddressBlock::Contains(const Address& address) const {
  const auto whole = static_cast<size_t>(bits_ / 8);
  const auto& mine = first_.bytes();
  const auto& other = address.bytes();
  if (!std::equal(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(whole), other.begin())) {
    return false;
  }
  const int rest = bits_ % 8;
  return rest == 0 || (mine[whole] ^ other[whole]) >> (8 - rest) == 0;
}

bool IsPublic(const Address& address) {
  static const AddressBlock global = Known(kGlobalIpv6);
  static const AddressBlock nat64 = Known(kNat64);
  if (address.IsIpv4()) return !IsIn(KnownBlocks(kSpecialIpv4), address);
  if (nat64.Contains(address)) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes().data() + kMapped.size(), sizeof(v4.sin_addr));
    sockaddr translated = {};
    std::memcpy(&translated, &v4, sizeof(v4));
    return IsPublic(*Address::Of(translated));
  }
  return global.Contains(address) && !IsIn(KnownBlocks(kSpecialIpv6), address);
}

}  // namespace zerotouch::webhook
