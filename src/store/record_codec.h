// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_RECORD_CODEC_H_
#define ZEROTOUCH_STORE_RECORD_CODEC_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "model/device.h"

// How every store encodes values that have no columns of their own.
namespace zerotouch::store {

// Adds to `state` what `reseller` stated, from serialized messages, without unknown fields,
// which earlier versions stored. Returns DATA_LOSS if they are damaged.
absl::Status DecodeStatement(PartnerId reseller, std::string_view identifier,
                             std::string_view metadata, DeviceState& state);

// Encode a list of texts without line feeds, such as e-mail addresses, one a line.
std::string JoinLines(const std::vector<std::string>& texts);
std::vector<std::string> SplitLines(std::string_view lines);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_RECORD_CODEC_H_
