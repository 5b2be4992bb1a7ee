// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_RECORD_CODEC_H_
#define ZEROTOUCH_STORE_RECORD_CODEC_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "model/device.h"

// How what has no columns of its own is kept: the same on every store.
namespace zerotouch::store {

// Reads the record of `state` from its serialized messages. DATA_LOSS if they
// cannot be read.
absl::Status DecodeRecord(std::string_view identifier, std::string_view metadata,
                          DeviceState& state);

// E-mail addresses hold no line feed, so lists of them are kept one a line.
std::string JoinEmails(const std::vector<std::string>& emails);
std::vector<std::string> SplitEmails(std::string_view lines);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_RECORD_CODEC_H_
