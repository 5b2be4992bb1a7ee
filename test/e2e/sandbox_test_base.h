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

// JSON members: the section and the identifier of a request.
inline constexpr char kZeroTouch[] = R"("sectionType":"SECTION_TYPE_ZERO_TOUCH")";
inline constexpr char kSimLock[] = R"("sectionType":"SECTION_TYPE_SIM_LOCK")";
std::string Identifier(const std::string& members);
std::string Imei(const std::string& imei);

// A request for one device that is refused, as a single call and as a batch item.
struct Refusal {
  const char* reason;
  std::string fields;  // members of the request's JSON object
  long http;
  const char* status;        // google.rpc.Code
  const char* code;          // CustomErrorCode; in a batch the errorIdentifier
  const char* batch_status;  // SingleDeviceStatus, without its prefix
};

// A running sandbox that the tests of a suite share. Each test uses its own hardware.
class SandboxTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { StartSandbox({}); }
  static void TearDownTestSuite();
  // Starts the sandbox with more arguments.
  static void StartSandbox(const std::vector<std::string>& arguments);

  static const Sandbox& sandbox() { return *sandbox_; }
  static std::string data_dir() { return *dir_ / "data"; }
  static bool is_on_postgres() { return !database_->empty(); }
  // Runs zerotouchd admin on the registry of the sandbox.
  static ProgramRun RunAdmin(std::vector<std::string> arguments);

  // Single calls of the first reseller. Claims are for its first customer unless
  // `fields` has a customer.
  Answer Claim(const std::string& fields);
  Answer Unclaim(const std::string& fields);
  // Claims for zero-touch. Returns the device id.
  std::string Claimed(const std::string& identifier);
  // The same for a SIM lock.
  std::string SimLocked(const std::string& identifier);
  // Claims by the second reseller, for its first customer. Returns the device id.
  std::string ClaimedByOther(const std::string& identifier);

  // Returns a caller of the customer methods for a customer of the sandbox.
  static ApiCaller CustomerCaller(const std::string& customer);

  // Runs a batch of the first reseller. Returns the finished operation.
  std::string RunBatch(const std::string& method, const std::string& body);
  std::string UnclaimInBatch(const std::vector<std::string>& items);
  std::string ClaimInBatch(const std::vector<std::string>& items);

  // Sends each refusal as a single call and all as one batch. Expects the errors, and
  // the items of the batch in order and unchanged.
  void ExpectUnclaimsRefused(const std::vector<Refusal>& rows);
  void ExpectClaimsRefused(const std::vector<Refusal>& rows);

  ApiCaller first_{sandbox().endpoint, sandbox().first.credentials};
  ApiCaller second_{sandbox().endpoint, sandbox().second.credentials};

 private:
  // Returns the fields, with a customer added unless they have one.
  static std::string WithCustomer(const std::string& fields);
  void ExpectRefusedAlone(const Refusal& row, const Answer& answer);
  void ExpectRefusedInBatch(const std::vector<Refusal>& rows, const char* kind,
                            const std::string& operation, const std::vector<std::string>& items);

  static TempDir* dir_;
  static std::string* database_;  // its URL; empty: a file in the folder
  static ServerProcess* server_;
  static Sandbox* sandbox_;
};

// Expects an error of the API: status, code and message in the envelope.
void ExpectError(const Answer& answer, long http, const char* status);
// Expects an error with a CustomError as its first detail.
void ExpectCustomError(const Answer& answer, long http, const char* status, const char* code);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_E2E_SANDBOX_TEST_BASE_H_
