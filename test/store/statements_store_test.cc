// SPDX-License-Identifier: Apache-2.0
// Random histories of three resellers that share hardware, against a small model: no
// caller ever sees, finds or changes what another stated. The model learns only from the
// calls and their answers, and keeps for each reseller what that reseller stated.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

#include "batch/engine.h"
#include "model/views.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

constexpr int kHardwarePieces = 6;
constexpr int kCalls = 250;

// An identifier as a map of field to value; only what is given.
using Fields = std::map<std::string, std::string>;

std::string ImeiOfPiece(int number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

api::DeviceIdentifier IdentifierMessageOf(const Fields& fields) {
  api::DeviceIdentifier message;
  for (const auto& [name, value] : fields) {
    const auto* field = api::DeviceIdentifier::descriptor()->FindFieldByName(name);
    message.GetReflection()->SetString(&message, field, value);
  }
  return message;
}
Fields FieldsOf(const api::DeviceIdentifier& message) {
  Fields fields;
  for (const char* name : {"imei", "imei2", "serial_number", "manufacturer", "model"}) {
    const auto* field = api::DeviceIdentifier::descriptor()->FindFieldByName(name);
    const std::string value = message.GetReflection()->GetString(message, field);
    if (!value.empty()) fields[name] = value;
  }
  return fields;
}

// The lookup keys of an identifier.
std::set<std::string> KeysIn(const Fields& fields) {
  std::set<std::string> keys;
  for (const char* name : {"imei", "imei2"}) {
    if (fields.contains(name)) keys.insert(fields.at(name));
  }
  if (fields.contains("serial_number")) keys.insert("serial " + fields.at("serial_number"));
  return keys;
}
bool Share(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& key) { return b.contains(key); });
}

// Fills in `stated` from `given`. Returns false if they contradict.
bool FillIn(const Fields& given, Fields& stated) {
  Fields filled = stated;
  for (const char* name : {"imei", "imei2"}) {
    if (!given.contains(name)) continue;
    const std::string& imei = given.at(name);
    if (KeysIn(filled).contains(imei)) continue;
    const char* slot = filled.contains("imei") ? "imei2" : "imei";
    if (filled.contains(slot)) return false;
    filled[slot] = imei;
  }
  for (const char* name : {"serial_number", "manufacturer", "model"}) {
    if (!given.contains(name)) continue;
    if (filled.try_emplace(name, given.at(name)).first->second != given.at(name)) return false;
  }
  stated = std::move(filled);
  return true;
}

struct ModelClaim {
  bool held = false;
  int64_t reseller = 0;
  int64_t customer = 0;
};
struct ModelStatement {
  Fields identifier;
  std::map<std::string, std::string> metadata;
};
struct ModelDevice {
  std::map<int, ModelClaim> claims;              // by section
  std::map<int64_t, ModelStatement> statements;  // by reseller

  bool Holds(int64_t reseller) const {
    return std::any_of(claims.begin(), claims.end(), [&](const auto& each) {
      return each.second.held && each.second.reseller == reseller;
    });
  }
  bool IsHeld(int section) const { return claims.contains(section) && claims.at(section).held; }
  bool IsHeld() const { return IsHeld(1) || IsHeld(2); }
};

// The answer that the model expects: an outcome, and the device of a success; 0: a new one.
struct Expected {
  Outcome outcome = Outcome::kSuccess;
  int64_t device = 0;
};

class Model {
 public:
  // Returns the devices about which the reseller stated one of the keys.
  std::vector<int64_t> Own(int64_t reseller, const Fields& given) const {
    std::vector<int64_t> own;
    for (const auto& [id, device] : devices_) {
      const auto stated = device.statements.find(reseller);
      if (stated != device.statements.end() &&
          Share(KeysIn(given), KeysIn(stated->second.identifier))) {
        own.push_back(id);
      }
    }
    return own;
  }
  // Returns true if another reseller holds the section of hardware that it stated so.
  bool IsOfAnother(int64_t reseller, int section, const Fields& given) const {
    return std::any_of(devices_.begin(), devices_.end(), [&](const auto& each) {
      const ModelDevice& device = each.second;
      if (!device.IsHeld(section)) return false;
      const int64_t holder = device.claims.at(section).reseller;
      const auto stated = device.statements.find(holder);
      return holder != reseller && stated != device.statements.end() &&
             Share(KeysIn(given), KeysIn(stated->second.identifier));
    });
  }

  Expected Claim(int64_t reseller, int section, int64_t customer, const Fields& given) const {
    const std::vector<int64_t> own = Own(reseller, given);
    if (own.size() > 1) return {Outcome::kIdentifiersPointApart};
    if (own.size() == 1) {
      const ModelDevice& device = devices_.at(own[0]);
      if (device.IsHeld(section) && (device.claims.at(section).reseller != reseller ||
                                     device.claims.at(section).customer != customer)) {
        return {Outcome::kHeldByOther};
      }
      Fields stated = device.statements.at(reseller).identifier;
      const bool contradicts = device.Holds(reseller) && !FillIn(given, stated);
      return {contradicts ? Outcome::kOtherSerialStated : Outcome::kSuccess, own[0]};
    }
    if (IsOfAnother(reseller, section, given)) return {Outcome::kHeldByOther};
    std::vector<int64_t> of_holders, given_up;
    for (const auto& [id, device] : devices_) {
      for (const auto& [reseller_id, statement] : device.statements) {
        if (!Share(KeysIn(given), KeysIn(statement.identifier))) continue;
        if (device.Holds(reseller_id)) of_holders.push_back(id);
        if (!device.IsHeld()) given_up.push_back(id);
      }
    }
    std::vector<int64_t>& shared = of_holders.empty() ? given_up : of_holders;
    shared.erase(std::unique(shared.begin(), shared.end()), shared.end());
    if (shared.size() != 1) return {};
    const ModelDevice& device = devices_.at(shared[0]);
    const bool joins = !device.IsHeld(section) && !device.statements.contains(reseller);
    return {Outcome::kSuccess, joins ? shared[0] : 0};
  }

  // Applies a claim that succeeded.
  void Claimed(int64_t id, int64_t reseller, int section, int64_t customer, const Fields& given,
               const std::map<std::string, std::string>& metadata) {
    ModelDevice& device = devices_[id];
    ModelStatement& statement = device.statements[reseller];
    if (device.Holds(reseller)) {
      FillIn(given, statement.identifier);
    } else {
      statement.identifier = given;
    }
    for (const auto& [key, value] : metadata) statement.metadata[key] = value;
    const int64_t former = device.claims[section].reseller;
    device.claims[section] = {.held = true, .reseller = reseller, .customer = customer};
    const auto other = device.claims.find(3 - section);
    if (former != reseller && (other == device.claims.end() || other->second.reseller != former)) {
      device.statements.erase(former);
    }
  }

  Expected Unclaim(int64_t reseller, int section, const Fields& given) const {
    const Expected found = Find(reseller, given, IsOfAnother(reseller, section, given));
    if (found.outcome != Outcome::kSuccess) return found;
    const ModelDevice& device = devices_.at(found.device);
    if (!device.IsHeld(section)) return {Outcome::kNotClaimed};
    if (device.claims.at(section).reseller != reseller) return {Outcome::kNotYours};
    return found;
  }
  Expected Update(int64_t reseller, const Fields& given) const {
    const bool of_another = IsOfAnother(reseller, 1, given) || IsOfAnother(reseller, 2, given);
    const Expected found = Find(reseller, given, of_another);
    if (found.outcome != Outcome::kSuccess) return found;
    return devices_.at(found.device).Holds(reseller) ? found : Expected{Outcome::kNotYours};
  }

  std::map<int64_t, ModelDevice>& devices() { return devices_; }

 private:
  Expected Find(int64_t reseller, const Fields& given, bool of_another) const {
    const std::vector<int64_t> own = Own(reseller, given);
    if (own.size() > 1) return {Outcome::kIdentifiersPointApart};
    if (own.empty()) return {of_another ? Outcome::kNotYours : Outcome::kUnknownDevice};
    Fields stated = devices_.at(own[0]).statements.at(reseller).identifier;
    if (!FillIn(given, stated)) return {Outcome::kOtherSerialStated};
    return {Outcome::kSuccess, own[0]};
  }

  std::map<int64_t, ModelDevice> devices_;
};

bool IsContradiction(Outcome outcome) {
  return outcome >= Outcome::kOtherSerialStated && outcome <= Outcome::kOtherMeidsStated;
}

class StatementsStoreTest : public StoreTest {
 protected:
  static constexpr int64_t kResellers[] = {100000001, 100000002, 3};

  void SetUp() override {
    StoreTest::SetUp();
    Write([&](Transaction& tx) -> absl::Status {
      absl::Status status = tx.AddPartner({.id = PartnerId(3), .name = "R", .created = kNow});
      for (const int64_t reseller : kResellers) {
        for (const int64_t n : {1, 2}) {
          status.Update(
              tx.AddCustomer({.id = CustomerId(10 * (reseller % 10) + n), .created = kNow},
                             PartnerId(reseller), VendorId()));
        }
      }
      return status;
    });
    engine_ = std::make_unique<batch::Engine>(*store_, rules_, clock_, batch::EngineOptions());
  }

  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  bool OneIn(int count) { return Below(count) == 0; }

  // Random identifiers of a piece of hardware; some are guesses that are wrong or belong to
  // another piece.
  Fields Identifier() {
    const int piece = Below(kHardwarePieces);
    const auto guess = [&] { return OneIn(6) ? Below(kHardwarePieces + 2) : piece; };
    Fields fields;
    if (!OneIn(3)) fields["imei"] = ImeiOfPiece(guess());
    if (OneIn(3)) fields["imei2"] = ImeiOfPiece(100 + guess());
    if (fields.empty() || OneIn(3)) {
      fields["serial_number"] = fmt::format("S{}", guess());
      fields["manufacturer"] = "Maker";
      fields["model"] = "Model";
    }
    return fields;
  }

  void ExpectOutcome(const Expected& expected, const ItemResult& result) {
    if (IsContradiction(expected.outcome)) {
      EXPECT_TRUE(IsContradiction(result.outcome)) << static_cast<int>(result.outcome);
    } else {
      EXPECT_EQ(static_cast<int>(result.outcome), static_cast<int>(expected.outcome));
    }
    if (result.outcome != Outcome::kSuccess) return;
    if (expected.device != 0) {
      EXPECT_EQ(result.device.value(), expected.device);
    } else {
      EXPECT_FALSE(model_.devices().contains(result.device.value())) << "it is a new one";
    }
  }

  void Claim(int64_t reseller) {
    const Fields given = Identifier();
    const int section = 1 + Below(2);
    const int64_t customer = 10 * (reseller % 10) + 1 + Below(2);
    api::PartnerClaim claim;
    *claim.mutable_device_identifier() = IdentifierMessageOf(given);
    claim.set_section_type(static_cast<api::SectionType>(section));
    claim.set_customer_id(customer);
    if (section == 1) claim.set_simlock_profile_id(7);
    std::map<std::string, std::string> metadata;
    if (OneIn(2)) metadata["ordernumber"] = fmt::format("{} {}", reseller, Below(100));
    claim.mutable_device_metadata()->mutable_entries()->insert(metadata.begin(), metadata.end());
    SCOPED_TRACE(fmt::format("{} claims {}", reseller, claim.ShortDebugString()));
    const Expected expected = model_.Claim(reseller, section, customer, given);
    const ItemResult result = engine_->ClaimOne(PartnerId(reseller), claim).value();
    ExpectOutcome(expected, result);
    if (result.outcome != Outcome::kSuccess) return;
    model_.Claimed(result.device.value(), reseller, section, customer, given, metadata);
  }

  void Unclaim(int64_t reseller) {
    const Fields given = Identifier();
    const int section = 1 + Below(2);
    api::PartnerUnclaim unclaim;
    *unclaim.mutable_device_identifier() = IdentifierMessageOf(given);
    unclaim.set_section_type(static_cast<api::SectionType>(section));
    SCOPED_TRACE(fmt::format("{} unclaims {}", reseller, unclaim.ShortDebugString()));
    const Expected expected = model_.Unclaim(reseller, section, given);
    const ItemResult result = engine_->UnclaimOne(PartnerId(reseller), unclaim).value();
    ExpectOutcome(expected, result);
    if (result.outcome != Outcome::kSuccess) return;
    model_.devices()[result.device.value()].claims[section].held = false;
  }

  void Update(int64_t reseller) {
    const Fields given = Identifier();
    const std::string order = fmt::format("{} {}", reseller, Below(100));
    api::UpdateMetadataArguments update;
    *update.mutable_device_identifier() = IdentifierMessageOf(given);
    (*update.mutable_device_metadata()->mutable_entries())["ordernumber"] = order;
    SCOPED_TRACE(fmt::format("{} updates {}", reseller, update.ShortDebugString()));
    const Expected expected = model_.Update(reseller, given);
    api::DeviceMetadata after;
    const ItemResult result =
        engine_->UpdateMetadataOne(PartnerId(reseller), update, after).value();
    ExpectOutcome(expected, result);
    if (result.outcome != Outcome::kSuccess) return;
    model_.devices()[result.device.value()].statements[reseller].metadata["ordernumber"] = order;
  }

  // Expects that every reseller sees and finds exactly what it stated.
  void ExpectViews() {
    const auto snapshot = Read();
    for (const auto& [id, device] : model_.devices()) {
      const DeviceState state = snapshot->ReadDevice(DeviceId(id)).value();
      EXPECT_EQ(state.statements.size(), device.statements.size()) << id;
      for (const int64_t reseller : kResellers) {
        SCOPED_TRACE(fmt::format("device {} of {}", id, reseller));
        const auto stated = device.statements.find(reseller);
        const bool is_known = stated != device.statements.end();
        EXPECT_EQ(IsVisibleTo(PartnerId(reseller), state), is_known);
        const api::Device view = PartnerView(PartnerId(reseller), state, kNow);
        EXPECT_EQ(FieldsOf(view.device_identifier()),
                  is_known ? stated->second.identifier : Fields());
        const auto& entries = view.device_metadata().entries();
        EXPECT_EQ((std::map<std::string, std::string>(entries.begin(), entries.end())),
                  is_known ? stated->second.metadata : (std::map<std::string, std::string>()));
      }
    }
    for (int piece = 0; piece < kHardwarePieces; ++piece) {
      for (const int64_t reseller : kResellers) ExpectFinds(*snapshot, reseller, piece);
    }
  }
  void ExpectFinds(Snapshot& snapshot, int64_t reseller, int piece) {
    const Fields given = {{"imei", ImeiOfPiece(piece)},
                          {"serial_number", fmt::format("S{}", piece)},
                          {"manufacturer", "Maker"},
                          {"model", "Model"}};
    std::set<int64_t> expected;
    for (const int64_t id : model_.Own(reseller, given)) {
      if (model_.devices()[id].Holds(reseller)) expected.insert(id);
    }
    const auto page = snapshot
                          .FindByIdentity(PartnerId(reseller), KeysOf(IdentifierMessageOf(given)),
                                          DeviceId(), 100)
                          .value();
    std::set<int64_t> found;
    for (const DeviceState& device : page.rows) found.insert(device.id.value());
    EXPECT_EQ(found, expected) << reseller << " finds " << piece;
  }

  const unsigned seed_ = std::random_device()();
  std::mt19937 random_{seed_};
  const RegistryRules rules_{};
  std::unique_ptr<batch::Engine> engine_;
  Model model_;
};

TEST_P(StatementsStoreTest, RandomHistory_IsThatOfTheModel) {
  SCOPED_TRACE(fmt::format("seed {}", seed_));
  int succeeded = 0;
  for (int call = 0; call < kCalls; ++call) {
    const int64_t reseller = kResellers[Below(3)];
    switch (Below(5)) {
      case 0:
        Update(reseller);
        break;
      case 1:
      case 2:
        Unclaim(reseller);
        break;
      default:
        Claim(reseller);
    }
    if (call % 10 == 0 || call == kCalls - 1) ExpectViews();
    ASSERT_FALSE(HasFailure()) << "call " << call;
  }
  for (const auto& [id, device] : model_.devices()) succeeded += device.statements.size() > 1;
  RecordProperty("shared", succeeded);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StatementsStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
