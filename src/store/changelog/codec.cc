// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/codec.h"

#include <utility>

#include "base/limits.h"

namespace zerotouch::store::changelog {
namespace {

constexpr uint8_t kVersion = 1;

// The first byte of an entry: of a device unless kResource is set.
enum EntryFlag : uint8_t {
  kZeroTouchFlag = 1,
  kHasBefore = 2,
  kHasAfter = 4,
  kGivenUpAfter = 8,  // `after` is what GivenUp leaves of `before`
  kSameAfter = 16,    // `after` equals `before`
  kHasStatements = 32,
  kHasKeys = 64,
  kResource = 128,
};

// The first byte of a claim. What is the same as in the claim before is left out.
enum ClaimFlag : uint8_t {
  kHeldFlag = 1,
  kSameReseller = 2,
  kSameOwner = 4,
  kSameConfiguration = 8,
  kHasProfile = 16,
  kHasWorkspace = 32,
  kHasStart = 64,
  kHasEnd = 128,
};

uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}
// Differences wrap, so that no value is out of range.
int64_t Minus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t Plus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void AppendSigned(int64_t value, std::string& out) { AppendVarint(ZigZag(value), out); }

void AppendText(std::string_view text, std::string& out) {
  AppendVarint(text.size(), out);
  out.append(text);
}

void AppendFixed(int64_t value, std::string& out) {
  for (int i = 0; i < 8; ++i) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

// Encodes a place before `sequence` as its distance, and whether it is that of a part.
uint64_t EncodePrevious(int64_t sequence, int64_t place) {
  if (place == 0) return 0;
  const int64_t distance = Minus(sequence, place < 0 ? -place : place);
  return (static_cast<uint64_t>(distance) << 1) | (place < 0 ? 1 : 0);
}
int64_t DecodePrevious(int64_t sequence, uint64_t encoded) {
  if (encoded == 0) return 0;
  const int64_t place = Minus(sequence, static_cast<int64_t>(encoded >> 1));
  return (encoded & 1) != 0 ? Minus(0, place) : place;
}

// Takes values from the front of bytes. After the first failure every value is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && bytes_.empty(); }

  uint8_t Byte() {
    if (bytes_.empty()) return Fail();
    const auto byte = static_cast<uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return byte;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      if (!ok_) return 0;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return Fail();
  }
  int64_t Signed() { return UnZigZag(Varint()); }
  std::string_view Text() {
    const uint64_t size = Varint();
    if (size > bytes_.size()) Fail();
    if (!ok_) return {};
    const std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }
  int64_t Fixed() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= static_cast<uint64_t>(Byte()) << (8 * i);
    return static_cast<int64_t>(value);
  }
  uint8_t Fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

absl::Status Damaged() { return absl::DataLossError("a part of the log of changes is damaged"); }

void AppendActor(const Actor& actor, std::string& out) {
  out.push_back(static_cast<char>(actor.kind));
  AppendSigned(actor.partner.value(), out);
  AppendSigned(actor.customer.value(), out);
  AppendText(actor.account, out);
  AppendText(actor.method, out);
  AppendText(actor.request_id, out);
  AppendSigned(actor.operation.value(), out);
}

Actor TakeActor(Reader& reader) {
  Actor actor;
  actor.kind = static_cast<ActorKind>(reader.Byte());
  actor.partner = PartnerId(reader.Signed());
  actor.customer = CustomerId(reader.Signed());
  actor.account = reader.Text();
  actor.method = reader.Text();
  actor.request_id = reader.Text();
  actor.operation = OperationId(reader.Signed());
  if (actor.kind < ActorKind::kSystem || actor.kind > ActorKind::kOperator) reader.Fail();
  return actor;
}

// Takes everything before the entries.
Part TakeHead(Reader& reader, size_t& entries) {
  Part part;
  if (reader.Byte() != kVersion) reader.Fail();
  part.first = reader.Fixed();
  part.next = reader.Fixed();
  part.time = absl::FromUnixMicros(reader.Fixed());
  part.actor = TakeActor(reader);
  const uint64_t count = reader.Varint();
  if (count > limits::kLogPartEntries) reader.Fail();
  entries = reader.ok() ? count : 0;
  return part;
}

}  // namespace

void PartEncoder::AddClaim(const Claim& claim) {
  uint8_t flags = 0;
  if (claim.held) flags |= kHeldFlag;
  if (claim.reseller.value() == last_.reseller) flags |= kSameReseller;
  if (claim.owner.value() == last_.owner) flags |= kSameOwner;
  if (claim.configuration.value() == last_.configuration) flags |= kSameConfiguration;
  if (claim.simlock_profile != 0) flags |= kHasProfile;
  if (!claim.workspace.empty()) flags |= kHasWorkspace;
  if (claim.vacation_starts.has_value()) flags |= kHasStart;
  if (claim.vacation_expires.has_value()) flags |= kHasEnd;
  bytes_.push_back(static_cast<char>(flags));
  if ((flags & kSameReseller) == 0) AppendSigned(claim.reseller.value(), bytes_);
  if ((flags & kSameOwner) == 0) AppendSigned(claim.owner.value(), bytes_);
  if ((flags & kSameConfiguration) == 0) AppendSigned(claim.configuration.value(), bytes_);
  if ((flags & kHasProfile) != 0) AppendSigned(claim.simlock_profile, bytes_);
  if ((flags & kHasWorkspace) != 0) AppendText(claim.workspace, bytes_);
  if ((flags & kHasStart) != 0) AppendSigned(absl::ToUnixMicros(*claim.vacation_starts), bytes_);
  if ((flags & kHasEnd) != 0) AppendSigned(absl::ToUnixMicros(*claim.vacation_expires), bytes_);
  last_.reseller = claim.reseller.value();
  last_.owner = claim.owner.value();
  last_.configuration = claim.configuration.value();
}

void PartEncoder::AddStatement(const FormerStatement& statement) {
  AppendSigned(statement.reseller.value(), bytes_);
  bytes_.push_back(statement.dropped ? 1 : 0);
  AppendVarint(static_cast<uint64_t>(statement.last_entry), bytes_);
  AppendText(statement.identifier.SerializeAsString(), bytes_);
  AppendText(statement.metadata.SerializeAsString(), bytes_);
}

int64_t PartEncoder::Add(const DeviceEntry& entry) {
  const DeviceChange& change = entry.change;
  const int64_t sequence = first_ + static_cast<int64_t>(size_++);
  uint8_t flags = 0;
  if (change.section == Section::kZeroTouch) flags |= kZeroTouchFlag;
  if (change.before.has_value()) flags |= kHasBefore;
  if (change.after.has_value()) flags |= kHasAfter;
  if (change.before.has_value() && change.after.has_value()) {
    if (*change.before == *change.after) {
      flags |= kSameAfter;
    } else if (*change.after == GivenUp(*change.before)) {
      flags |= kGivenUpAfter;
    }
  }
  if (!change.statements.empty()) flags |= kHasStatements;
  if (!change.metadata_keys.empty()) flags |= kHasKeys;
  bytes_.push_back(static_cast<char>(flags));
  AppendSigned(Minus(change.device.value(), last_.device), bytes_);
  AppendSigned(Minus(change.item, last_.item), bytes_);
  AppendVarint(EncodePrevious(sequence, entry.previous), bytes_);
  last_.device = change.device.value();
  last_.item = change.item;
  if (change.before.has_value()) AddClaim(*change.before);
  if (change.after.has_value() && (flags & (kSameAfter | kGivenUpAfter)) == 0) {
    AddClaim(*change.after);
  }
  if ((flags & kHasStatements) != 0) {
    AppendVarint(change.statements.size(), bytes_);
    for (const FormerStatement& each : change.statements) AddStatement(each);
  }
  if ((flags & kHasKeys) != 0) {
    AppendVarint(change.metadata_keys.size(), bytes_);
    for (const std::string& key : change.metadata_keys) AppendText(key, bytes_);
  }
  return sequence;
}

int64_t PartEncoder::Add(const ResourceEntry& entry) {
  bytes_.push_back(static_cast<char>(kResource));
  AppendText(entry.resource, bytes_);
  AppendText(entry.before, bytes_);
  AppendText(entry.after, bytes_);
  return first_ + static_cast<int64_t>(size_++);
}

std::string PartEncoder::Finish(int64_t next, absl::Time time, const Actor& actor) const {
  std::string part;
  part.reserve(bytes_.size() + 160);
  part.push_back(static_cast<char>(kVersion));
  AppendFixed(first_, part);
  AppendFixed(next, part);
  AppendFixed(absl::ToUnixMicros(time), part);
  AppendActor(actor, part);
  AppendVarint(size_, part);
  part += bytes_;
  return part;
}

// Decodes the entries of a part in their order.
class PartDecoder {
 public:
  PartDecoder(int64_t first, Reader& reader) : sequence_(first), reader_(reader) {}

  Entry Take() {
    const uint8_t flags = reader_.Byte();
    Entry entry;
    if ((flags & kResource) != 0) {
      ResourceEntry resource;
      resource.resource = reader_.Text();
      resource.before = reader_.Text();
      resource.after = reader_.Text();
      entry = std::move(resource);
    } else {
      entry = TakeDevice(flags);
    }
    ++sequence_;
    return entry;
  }

 private:
  DeviceEntry TakeDevice(uint8_t flags) {
    DeviceEntry entry;
    DeviceChange& change = entry.change;
    change.section = (flags & kZeroTouchFlag) != 0 ? Section::kZeroTouch : Section::kSimLock;
    last_.device = Plus(last_.device, reader_.Signed());
    last_.item = Plus(last_.item, reader_.Signed());
    change.device = DeviceId(last_.device);
    change.item = static_cast<uint32_t>(last_.item);
    entry.previous = DecodePrevious(sequence_, reader_.Varint());
    if ((flags & kHasBefore) != 0) change.before = TakeClaim();
    if ((flags & kHasAfter) != 0) change.after = TakeAfter(flags, change.before);
    if ((flags & kHasStatements) != 0) TakeStatements(change);
    if ((flags & kHasKeys) != 0) {
      const uint64_t count = reader_.Varint();
      for (uint64_t i = 0; i < count && reader_.ok(); ++i) {
        change.metadata_keys.emplace_back(reader_.Text());
      }
    }
    return entry;
  }

  Claim TakeAfter(uint8_t flags, const std::optional<Claim>& before) {
    if ((flags & (kSameAfter | kGivenUpAfter)) == 0) return TakeClaim();
    if (!before.has_value()) {
      reader_.Fail();
      return {};
    }
    return (flags & kSameAfter) != 0 ? *before : GivenUp(*before);
  }

  Claim TakeClaim() {
    const uint8_t flags = reader_.Byte();
    if ((flags & kSameReseller) == 0) last_.reseller = reader_.Signed();
    if ((flags & kSameOwner) == 0) last_.owner = reader_.Signed();
    if ((flags & kSameConfiguration) == 0) last_.configuration = reader_.Signed();
    Claim claim;
    claim.held = (flags & kHeldFlag) != 0;
    claim.reseller = PartnerId(last_.reseller);
    claim.owner = CustomerId(last_.owner);
    claim.configuration = ConfigurationId(last_.configuration);
    if ((flags & kHasProfile) != 0) claim.simlock_profile = reader_.Signed();
    if ((flags & kHasWorkspace) != 0) claim.workspace = reader_.Text();
    if ((flags & kHasStart) != 0) claim.vacation_starts = absl::FromUnixMicros(reader_.Signed());
    if ((flags & kHasEnd) != 0) claim.vacation_expires = absl::FromUnixMicros(reader_.Signed());
    return claim;
  }

  void TakeStatements(DeviceChange& change) {
    const uint64_t count = reader_.Varint();
    for (uint64_t i = 0; i < count && reader_.ok(); ++i) {
      FormerStatement& statement = change.statements.emplace_back();
      statement.reseller = PartnerId(reader_.Signed());
      statement.dropped = reader_.Byte() != 0;
      statement.last_entry = static_cast<int64_t>(reader_.Varint());
      const std::string_view identifier = reader_.Text();
      const std::string_view metadata = reader_.Text();
      if (!statement.identifier.ParseFromArray(identifier.data(),
                                               static_cast<int>(identifier.size())) ||
          !statement.metadata.ParseFromArray(metadata.data(), static_cast<int>(metadata.size()))) {
        reader_.Fail();
      }
    }
  }

  int64_t sequence_;
  Reader& reader_;
  PartEncoder::Last last_;
};

absl::StatusOr<Part> DecodePart(std::string_view bytes) {
  Reader reader(bytes);
  size_t entries = 0;
  Part part = TakeHead(reader, entries);
  part.entries.reserve(entries);
  PartDecoder decoder(part.first, reader);
  for (size_t i = 0; i < entries && reader.ok(); ++i) part.entries.push_back(decoder.Take());
  if (!reader.done()) return Damaged();
  return part;
}

absl::StatusOr<PartHead> DecodePartHead(std::string_view bytes) {
  Reader reader(bytes);
  size_t entries = 0;
  const Part part = TakeHead(reader, entries);
  if (!reader.ok()) return Damaged();
  return PartHead{.first = part.first, .next = part.next, .time = part.time, .entries = entries};
}

}  // namespace zerotouch::store::changelog
