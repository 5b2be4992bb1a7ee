// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_DPC_H_
#define ZEROTOUCH_MODEL_DPC_H_

#include <string_view>

// The rules for the records of DPCs, which an operator or the file of a sandbox makes.
// Each returns what to use instead of an invalid value, or nothing if it is valid.
namespace zerotouch {

// Accepts the last segment of a resource name, which is used in URLs unencoded.
std::string_view DpcIdFault(std::string_view id);

// Accept nothing too, which means: not known.
std::string_view ComponentFault(std::string_view component);
std::string_view DownloadLocationFault(std::string_view url);
std::string_view SignatureChecksumFault(std::string_view checksum);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_DPC_H_
