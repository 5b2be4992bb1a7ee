// SPDX-License-Identifier: Apache-2.0
#include "wire/public_error.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "errors/errors.h"

namespace zerotouch::wire {
namespace {

TEST(PublicError, PublicErrors_AreReturnedUnchanged) {
  for (const absl::Status& status :
       {errors::UnknownDevice(), errors::Unavailable("x"), errors::InvalidCredentials()}) {
    EXPECT_EQ(PublicError(status), status);
  }
}

TEST(PublicError, InternalErrors_DoNotShowTheirText) {
  log::SetLevel(log::Level::kOff);
  EXPECT_EQ(PublicError(absl::InternalError("secret")), errors::Internal());
  EXPECT_EQ(PublicError(absl::NotFoundError("secret")), errors::Internal());
  EXPECT_EQ(PublicError(absl::UnauthenticatedError("secret")), errors::Internal());
  for (const absl::Status& transient :
       {absl::UnavailableError("secret"), absl::AbortedError("secret")}) {
    EXPECT_EQ(PublicError(transient), errors::Unavailable("the registry is busy or unreachable"));
  }
  EXPECT_EQ(errors::HttpStatusOf(PublicError(absl::ResourceExhaustedError("secret"))), 429);
  log::SetLevel(log::Level::kInfo);
}

}  // namespace
}  // namespace zerotouch::wire
