// SPDX-License-Identifier: Apache-2.0
// SIGKILL at random moments of batches of every kind. After each batch every item has the
// result that it would have if nobody had killed the server, and every device is as the
// items left it. KILLS=500 kills more often.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <random>

#include "model/identity.h"
#include "support/json_reader.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

constexpr int kKilledDevices = 1'200;
constexpr int kItems = 1'000;
constexpr int kKillsOfABatch = 5;
constexpr int kItemsPerSecond = 4'000;  // so that a kill hits the middle of a batch

std::string ImeiNumber(int i) {
  const std::string digits = fmt::format("35{:012}", i);
  return digits + LuhnDigit(digits);
}

// The state that a device should have.
struct DeviceRegister {
  bool known = false;
  bool held = false;
  std::string order;  // its metadata

  friend bool operator==(const DeviceRegister&, const DeviceRegister&) = default;
};

enum class Change { kClaim, kUnclaim, kMetadata };

struct ChangeTraits {
  const char* items;  // the member of the request
  const char* echo;   // the member of each result
  const char* method;
  const char* preview;
};
ChangeTraits TraitsOf(Change change) {
  switch (change) {
    case Change::kClaim:
      return {"claims", "claim", ":claimAsync", ":previewClaim"};
    case Change::kUnclaim:
      return {"unclaims", "unclaim", ":unclaimAsync", ":previewUnclaim"};
    case Change::kMetadata:
      break;
  }
  return {"updates", "updateMetadata", ":updateMetadataAsync", nullptr};
}

// An item, what it should answer, and how it found the device.
struct KilledItem {
  int device = 0;
  std::string order;  // to be written; may be empty
  std::string status;
  DeviceRegister before;
  bool changed = false;
};

struct KilledBatch {
  Change change = Change::kClaim;
  std::vector<KilledItem> items;
};

constexpr char kDone[] = "SUCCESS";
constexpr char kNotThere[] = "INVALID_DEVICE_IDENTIFIER";

// Decides the item, and changes the register.
void Decide(Change change, KilledItem& item, DeviceRegister& device) {
  item.before = device;
  const char* refused = change == Change::kMetadata ? "SECTION_NOT_YOURS" : "OTHER_ERROR";
  if (change == Change::kClaim) {
    device.known = device.held = true;
  } else if (!device.held) {
    item.status = device.known ? refused : kNotThere;
    return;
  } else if (change == Change::kUnclaim) {
    device.held = false;
  }
  if (!item.order.empty()) device.order = item.order;
  item.status = kDone;
  item.changed = device != item.before;
}

class KillTest : public testing::Test {
 protected:
  void Start() {
    server_ = std::make_unique<ServerProcess>(std::vector<std::string>{
        "sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data", "--log-level", "error",
        "--operation-items-per-second", fmt::format("{}", kItemsPerSecond)});
    sandbox_ = ParseSandbox(server_->ready_line());
    ASSERT_FALSE(sandbox_.endpoint.empty());
    caller_ = std::make_unique<ApiCaller>(sandbox_.endpoint, sandbox_.first.credentials);
  }

  KilledBatch RandomBatch(Change change) {
    KilledBatch batch{.change = change, .items = {}};
    for (int i = 0; i < kItems; ++i) {
      KilledItem item{.device = static_cast<int>(random_() % kKilledDevices)};
      const bool writes = change == Change::kMetadata || (change == Change::kClaim && i % 3 == 0);
      if (writes) item.order = fmt::format("{}", random_());
      batch.items.push_back(item);
    }
    return batch;
  }

  // Returns the request, whose items are in the member that the method takes.
  std::string RequestOf(const KilledBatch& batch) {
    const bool is_claim = batch.change == Change::kClaim;
    std::string request = fmt::format(R"({{"{}":[)", TraitsOf(batch.change).items);
    for (const KilledItem& item : batch.items) {
      request += fmt::format(R"({}{{"deviceIdentifier":{{"imei":"{}"}})",
                             &item == batch.items.data() ? "" : ",", ImeiNumber(item.device));
      if (batch.change != Change::kMetadata) {
        request += R"(,"sectionType":"SECTION_TYPE_ZERO_TOUCH")";
      }
      if (is_claim) request += fmt::format(R"(,"customerId":"{}")", sandbox_.first.customer);
      if (!item.order.empty()) {
        request +=
            fmt::format(R"(,"deviceMetadata":{{"entries":{{"ordernumber":"{}"}}}})", item.order);
      }
      request += "}";
    }
    return request + "]}";
  }

  // Starts a batch, kills and restarts the server until it is done, and returns it.
  std::string Run(const std::string& path, const std::string& body) {
    const Answer answer = caller_->Post(path, body);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    last_ = FieldIn(answer.body, "name");
    for (int round = 0; round < 1'000; ++round) {
      if (round < kKillsOfABatch) {
        LetRun(std::chrono::milliseconds(random_() % 80));
        server_->Kill();
        ++kills_;
        Start();
      } else {
        LetRun(std::chrono::milliseconds(20));
      }
      const Answer operation = caller_->Get("/v1/" + last_);
      if (operation.body.find("\"done\": true") != std::string::npos) return operation.body;
    }
    ADD_FAILURE() << "the operation did not finish";
    return "";
  }

  void ExpectStatuses(const std::string& operation, const KilledBatch& batch) {
    const Json json(operation);
    ASSERT_EQ(json.Size("/response/perDeviceStatus"), batch.items.size());
    for (size_t i = 0; i < batch.items.size(); ++i) {
      const std::string at = fmt::format("/response/perDeviceStatus/{}", i);
      const char* const echo = TraitsOf(batch.change).echo;
      ASSERT_EQ(json[fmt::format("{}/{}/deviceIdentifier/imei", at, echo)],
                ImeiNumber(batch.items[i].device));
      const std::string& expected = batch.items[i].status;
      const bool is_undo = expected == "NOTHING_TO_UNDO";
      ASSERT_EQ(json[at + "/result/status"],
                "SINGLE_DEVICE_STATUS_" + (is_undo ? "OTHER_ERROR" : expected))
          << "item " << i << ", device " << batch.items[i].device;
      if (is_undo) {
        ASSERT_EQ(json[at + "/result/errorIdentifier"], expected);
      }
    }
  }

  // Compares every device that the reseller holds with its register.
  void ExpectRegisters() {
    std::map<std::string, std::string> orders;
    std::string token;
    do {
      const Answer page = caller_->Post(
          sandbox_.first.Devices() + ":findByOwner",
          fmt::format(R"({{"customerId":["{}"],"sectionType":"SECTION_TYPE_ZERO_TOUCH",)"
                      R"("limit":100,"pageToken":"{}"}})",
                      sandbox_.first.customer, token));
      ASSERT_EQ(page.status, 200) << page.body;
      const Json json(page.body);
      for (size_t i = 0; i < json.Size("/devices"); ++i) {
        const std::string at = fmt::format("/devices/{}", i);
        orders[json[at + "/deviceIdentifier/imei"]] =
            json[at + "/deviceMetadata/entries/ordernumber"];
      }
      token = json["/nextPageToken"];
    } while (!token.empty());
    for (int i = 0; i < kKilledDevices; ++i) {
      const auto held = orders.find(ImeiNumber(i));
      ASSERT_EQ(held != orders.end(), registers_[i].held) << "device " << i;
      if (registers_[i].held) {
        ASSERT_EQ(held->second, registers_[i].order) << "device " << i;
      }
    }
  }

  void RunBatch(Change change) {
    KilledBatch batch = RandomBatch(change);
    const std::string request = RequestOf(batch);
    if (change != Change::kMetadata) {
      KilledBatch preview = batch;
      std::vector<DeviceRegister> copy = registers_;
      for (KilledItem& item : preview.items)
        Decide(change, item, copy[static_cast<size_t>(item.device)]);
      ExpectStatuses(
          Run("/openzerotouch" + sandbox_.first.Devices() + TraitsOf(change).preview, request),
          preview);
    }
    for (KilledItem& item : batch.items)
      Decide(change, item, registers_[static_cast<size_t>(item.device)]);
    ExpectStatuses(Run(sandbox_.first.Devices() + TraitsOf(change).method, request), batch);
    ExpectRegisters();
    if (change != Change::kMetadata) {
      undoable_ = std::move(batch);
      undoable_name_ = last_;
    }
  }

  void RunUndo() {
    for (auto item = undoable_.items.rbegin(); item != undoable_.items.rend(); ++item) {
      if (!item->changed) {
        item->status = "NOTHING_TO_UNDO";
        continue;
      }
      DeviceRegister& device = registers_[static_cast<size_t>(item->device)];
      device.held = item->before.held;
      // Metadata of a device that was new stay with it.
      if (item->before.known && !item->order.empty() && device.order == item->order) {
        device.order = item->before.order;
      }
    }
    ExpectStatuses(Run("/openzerotouch/v1/" + undoable_name_ + ":undo", "{}"), undoable_);
    ExpectRegisters();
  }

  TempDir dir_;
  std::mt19937 random_;
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
  std::unique_ptr<ApiCaller> caller_;
  std::vector<DeviceRegister> registers_{kKilledDevices};
  std::string last_;  // the operation that ran last
  KilledBatch undoable_;
  std::string undoable_name_;
  int kills_ = 0;
};

TEST_F(KillTest, Batches_Continue_EachDeviceOnce) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  random_.seed(seed);
  const char* const text = std::getenv("KILLS");
  const int kills = text == nullptr ? 25 : std::atoi(text);
  Start();
  while (kills_ < kills && !HasFailure()) {
    RunBatch(Change::kClaim);
    RunBatch(Change::kUnclaim);
    if (kills_ % 2 == 0) RunBatch(Change::kMetadata);
    RunUndo();
    RunBatch(Change::kMetadata);
    RunBatch(Change::kClaim);
    RunUndo();
  }
}

}  // namespace
}  // namespace zerotouch::test
