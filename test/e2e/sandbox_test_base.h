// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_E2E_SANDBOX_TEST_BASE_H_
#define ZEROTOUCH_E2E_SANDBOX_TEST_BASE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::test {

// The section of a request, and an identifier, as members of a JSON object.
inline constexpr char kZeroTouch[] = R"("sectionType":"SECTION_TYPE_ZERO_TOUCH")";
inline constexpr char kSimLock[] = R"("sectionType":"SECTION_TYPE_SIM_LOCK")";
std::string Identifier(const std::string& members);
std::string Imei(const std::string& imei);

// A request about one device that is refused, alone and as an item of a batch.
struct Refusal {
  const char* reason;
  std::string fields;  // members of the request's JSON object
  long http;
  const char* status;        // google.rpc.Code
  const char* code;          // CustomErrorCode; in a batch the errorIdentifier
  const char* batch_status;  // SingleDeviceStatus, without its prefix
};

// A running sandbox, shared by the tests of a suite: each uses hardware of its own.
class SandboxTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { StartSandbox({}); }
  static void TearDownTestSuite();
  // With more arguments.
  static void StartSandbox(const std::vector<std::string>& arguments);

  static const Sandbox& sandbox() { return *sandbox_; }
  static std::string data_dir() { return *dir_ / "data"; }
  static bool is_on_postgres() { return !database_->empty(); }
  // zerotouchd admin, on the sandbox's registry.
  static ProgramRun RunAdmin(std::vector<std::string> arguments);

  // Single calls of the first reseller; claims are for its first customer
  // unless the fields name one.
  Answer Claim(const std::string& fields);
  Answer Unclaim(const std::string& fields);
  // Claims for zero touch; the device's id.
  std::string Claimed(const std::string& identifier);
  // The same for a SIM lock.
  std::string SimLocked(const std::string& identifier);
  // The second reseller's claim of the device, for its first customer; the device's id.
  std::string ClaimedByOther(const std::string& identifier);

  // A caller of the customer methods, for one of the sandbox's customers.
  static ApiCaller CustomerCaller(const std::string& customer);

  // Runs a batch (of the first reseller) to its end; the finished operation.
  std::string RunBatch(const std::string& method, const std::string& body);
  std::string UnclaimInBatch(const std::vector<std::string>& items);
  std::string ClaimInBatch(const std::vector<std::string>& items);

  // Each refusal as a single call, and all of them as one batch, whose answer
  // has each in its place with the item as it was sent.
  void ExpectUnclaimsRefused(const std::vector<Refusal>& rows);
  void ExpectClaimsRefused(const std::vector<Refusal>& rows);

  ApiCaller first_{sandbox().endpoint, sandbox().first.credentials};
  ApiCaller second_{sandbox().endpoint, sandbox().second.credentials};

 private:
  // The fields with a customer, unless they have one.
  static std::string WithCustomer(const std::string& fields);
  void ExpectRefusedAlone(const Refusal& row, const Answer& answer);
  void ExpectRefusedInBatch(const std::vector<Refusal>& rows, const char* kind,
                            const std::string& operation, const std::vector<std::string>& items);

  static TempDir* dir_;
  static std::string* database_;  // its URL; empty: a file in the folder
  static ServerProcess* server_;
  static Sandbox* sandbox_;
};

// What an error of the API must be: status, code and message in the envelope.
void ExpectError(const Answer& answer, long http, const char* status);
// With a CustomError as its first detail.
void ExpectCustomError(const Answer& answer, long http, const char* status, const char* code);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_E2E_SANDBOX_TEST_BASE_H_
