// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/limits.h"

namespace zerotouch::store::changelog {
namespace {

Claim HeldClaim() {
  Claim claim;
  claim.held = true;
  claim.reseller = PartnerId(1'234'567);
  claim.owner = CustomerId(99);
  claim.configuration = ConfigurationId(7);
  return claim;
}

// A change with every field set.
DeviceEntry FullEntry() {
  DeviceEntry entry;
  entry.change.device = DeviceId(std::numeric_limits<int64_t>::max());
  entry.change.section = Section::kSimLock;
  entry.change.item = 99'999;
  entry.change.before = HeldClaim();
  entry.change.before->workspace = "C0123";
  entry.change.after = HeldClaim();
  entry.change.after->simlock_profile = 5;
  entry.change.after->vacation_starts = absl::FromUnixMicros(1);
  entry.change.after->vacation_expires = absl::FromUnixMicros(2);
  FormerStatement& statement = entry.change.statements.emplace_back();
  statement.reseller = PartnerId(3);
  statement.dropped = true;
  statement.last_entry = 12;
  statement.identifier.set_imei("490154203237518");
  (*statement.metadata.mutable_entries())["ordernumber"] = "A1";
  entry.change.metadata_keys = {"ordernumber", "phonenumber"};
  entry.previous = -4;
  return entry;
}

void ExpectSame(const DeviceEntry& a, const DeviceEntry& b) {
  EXPECT_EQ(a.previous, b.previous);
  EXPECT_EQ(a.change.device, b.change.device);
  EXPECT_EQ(a.change.section, b.change.section);
  EXPECT_EQ(a.change.item, b.change.item);
  EXPECT_EQ(a.change.before, b.change.before);
  EXPECT_EQ(a.change.after, b.change.after);
  EXPECT_EQ(a.change.metadata_keys, b.change.metadata_keys);
  ASSERT_EQ(a.change.statements.size(), b.change.statements.size());
  for (size_t i = 0; i < a.change.statements.size(); ++i) {
    const FormerStatement& x = a.change.statements[i];
    const FormerStatement& y = b.change.statements[i];
    EXPECT_EQ(x.reseller, y.reseller);
    EXPECT_EQ(x.dropped, y.dropped);
    EXPECT_EQ(x.last_entry, y.last_entry);
    EXPECT_EQ(x.identifier.SerializeAsString(), y.identifier.SerializeAsString());
    EXPECT_EQ(x.metadata.SerializeAsString(), y.metadata.SerializeAsString());
  }
}

TEST(PartCodec, Entries_AreReadAsTheyWereWritten) {
  DeviceEntry given_up;
  given_up.change.device = DeviceId(4);
  given_up.change.before = HeldClaim();
  given_up.change.after = GivenUp(HeldClaim());
  DeviceEntry metadata;
  metadata.change.device = DeviceId(5);
  metadata.change.before = metadata.change.after = HeldClaim();
  metadata.change.metadata_keys = {"phonenumber"};
  metadata.previous = 999;
  DeviceEntry first;
  first.change.device = DeviceId(2);
  first.change.after = HeldClaim();
  const std::vector<DeviceEntry> entries = {FullEntry(), given_up, metadata, first, FullEntry()};

  PartEncoder encoder(1'000);
  for (const DeviceEntry& entry : entries) encoder.Add(entry);
  EXPECT_EQ(encoder.Add(ResourceEntry{.resource = "dpcs/a", .before = "{}", .after = ""}), 1'005);
  const Actor actor{.kind = ActorKind::kReseller,
                    .partner = PartnerId(8),
                    .customer = {},
                    .account = "a@example.com",
                    .method = "partners.devices.claimAsync",
                    .request_id = "0123456789abcdef",
                    .operation = OperationId(77)};
  const std::string bytes = encoder.Finish(3'000, absl::FromUnixMicros(123'456'789), actor);

  const absl::StatusOr<Part> part = DecodePart(bytes);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->first, 1'000);
  EXPECT_EQ(part->next, 3'000);
  EXPECT_EQ(part->time, absl::FromUnixMicros(123'456'789));
  EXPECT_EQ(part->actor.kind, ActorKind::kReseller);
  EXPECT_EQ(part->actor.partner, PartnerId(8));
  EXPECT_EQ(part->actor.account, "a@example.com");
  EXPECT_EQ(part->actor.method, "partners.devices.claimAsync");
  EXPECT_EQ(part->actor.request_id, "0123456789abcdef");
  EXPECT_EQ(part->actor.operation, OperationId(77));
  ASSERT_EQ(part->entries.size(), 6);
  for (size_t i = 0; i < entries.size(); ++i) {
    ExpectSame(std::get<DeviceEntry>(part->entries[i]), entries[i]);
  }
  const auto& resource = std::get<ResourceEntry>(part->entries[5]);
  EXPECT_EQ(resource.resource, "dpcs/a");
  EXPECT_EQ(resource.before, "{}");
  EXPECT_EQ(resource.after, "");
}

TEST(PartCodec, DamagedBytes_AreRefused_AndReadOnlyInside) {
  PartEncoder encoder(1);
  encoder.Add(FullEntry());
  encoder.Add(ResourceEntry{.resource = "dpcs/a", .before = "", .after = "{}"});
  const std::string whole = encoder.Finish(0, absl::UnixEpoch(), {});
  ASSERT_TRUE(DecodePart(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(DecodePart(whole.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodePart(whole + "x").ok());
  // Any other byte either decodes or is refused; ASan watches the rest.
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int flip : {1, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      DecodePart(damaged).status().IgnoreError();
    }
  }
}

TEST(PartCodec, UnclaimOfABatch_TakesFewBytes) {
  PartEncoder encoder(1'000'000);
  for (size_t i = 0; i < limits::kLogPartEntries; ++i) {
    DeviceEntry entry;
    entry.change.device = DeviceId(900'000'000'000'000'000 + static_cast<int64_t>(i) * 1'000);
    entry.change.item = static_cast<uint32_t>(i * 7'919 % 100'000);
    entry.change.before = HeldClaim();
    entry.change.after = GivenUp(HeldClaim());
    entry.previous = 5'000 + static_cast<int64_t>(i);
    encoder.Add(entry);
  }
  const size_t bytes = encoder.Finish(0, absl::UnixEpoch(), {}).size();
  EXPECT_LE(bytes / limits::kLogPartEntries, 16) << bytes;
}

}  // namespace
}  // namespace zerotouch::store::changelog
