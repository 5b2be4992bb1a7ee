// SPDX-License-Identifier: Apache-2.0
// getSimLockState, also during a vacation.

#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class SimLockTest : public SandboxTest {
 protected:
  static std::string StateFor(ApiCaller& caller, const Sandbox::Reseller& reseller,
                              const std::string& identifier) {
    const Answer answer =
        caller.Post(reseller.Devices() + ":getSimLockState", "{" + identifier + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body)["/simLockState"];
  }
};

TEST_F(SimLockTest, State_DependsOnTheCaller) {
  const std::string imei = Imei("490154203237518");
  EXPECT_EQ(StateFor(first_, sandbox().first, imei), "UNLOCKED") << "not in the registry";
  Claimed(imei);
  EXPECT_EQ(StateFor(first_, sandbox().first, imei), "UNLOCKED") << "claimed for zero touch alone";
  SimLocked(imei);
  EXPECT_EQ(StateFor(first_, sandbox().first, imei), "LOCKED_TO_PARTNER");
  EXPECT_EQ(StateFor(second_, sandbox().second, imei), "LOCKED_TO_OTHER_PARTNER");
  ASSERT_EQ(Unclaim(imei + "," + kSimLock).status, 200);
  EXPECT_EQ(StateFor(second_, sandbox().second, imei), "UNLOCKED");
}

TEST_F(SimLockTest, Vacation_IsUnlocked) {
  const std::string imei = Imei("490154203237526");
  SimLocked(imei);
  ASSERT_EQ(Unclaim(imei + "," + kSimLock + R"(,"vacationModeDays":1)").status, 200);
  EXPECT_EQ(StateFor(first_, sandbox().first, imei), "UNLOCKED");
  EXPECT_EQ(StateFor(second_, sandbox().second, imei), "UNLOCKED");
}

TEST_F(SimLockTest, WrongIdentifiers_AreRefused) {
  const std::string path = sandbox().first.Devices() + ":getSimLockState";
  ExpectCustomError(first_.Post(path, "{}"), 400, "INVALID_ARGUMENT", "INVALID_IDENTIFIER_SET");
  ExpectCustomError(first_.Post(path, "{" + Imei("1") + "}"), 400, "INVALID_ARGUMENT",
                    "INVALID_IMEI");
  Claimed(Imei("490154203237534"));
  Claimed(Imei("490154203237542"));
  const std::string both = Identifier(R"("imei":"490154203237534","imei2":"490154203237542")");
  ExpectCustomError(first_.Post(path, "{" + both + "}"), 400, "INVALID_ARGUMENT",
                    "INVALID_IDENTIFIER_SET");
  ExpectCustomError(second_.Post(path, "{}"), 403, "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
}

}  // namespace
}  // namespace zerotouch::test
