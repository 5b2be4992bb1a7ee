// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_MESSAGE_FLAGS_H_
#define ZEROTOUCH_ZEROTOUCH_MESSAGE_FLAGS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "zerotouch/command.h"

// Messages from flags, by the descriptors of the API.
namespace zerotouch::cli {

// Returns a method by its full name. It must exist.
const google::protobuf::MethodDescriptor& MethodNamed(std::string_view rpc);

// Returns an empty message of a type that is compiled into this program.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// Returns the message that `path` names in `root`, made if it is missing. "" is `root`.
google::protobuf::Message& MessageAt(google::protobuf::Message& root, std::string_view path);

// Sets the field `path` of `message` from text: an enum by its name, also without the part
// that all names begin with and with hyphens (zero-touch for SECTION_TYPE_ZERO_TOUCH). A
// list gets one more element. `flag` is named in the error, INVALID_ARGUMENT.
absl::Status SetField(google::protobuf::Message& message, std::string_view path,
                      std::string_view text, std::string_view flag);

// Sets the fields for which the command has flags, in the message at the method's `body`,
// from --data, if it is given, and then from the flags. Returns INVALID_ARGUMENT for wrong
// values.
absl::Status FillMessage(const Invocation& invocation, std::string_view body,
                         google::protobuf::Message& request);

// Sets the fields of `message` that flags are for.
absl::Status FillFromFlags(const Invocation& invocation, google::protobuf::Message& message);

// Returns the text of a flag that may be a file: `@FILE` and `-`, for standard input, are
// read.
absl::StatusOr<std::string> TextOrFile(const std::string& value);

// Parses JSON into `message`. `what` is named in the error, INVALID_ARGUMENT.
absl::Status ParseJson(std::string json, std::string_view what, google::protobuf::Message& message);

// Sets the fields that say for whom the request acts: partner_id, metadata_owner_id or
// parent, and the resource `id` (a name, or an id in the method's collection), if it is not
// empty. Returns INVALID_ARGUMENT if the partner or customer was not given.
absl::Status SetTarget(const Invocation& invocation, const Method& method, const std::string& id,
                       google::protobuf::Message& request);

// Returns "partners/P" or "customers/C", or INVALID_ARGUMENT that says how to give it.
absl::StatusOr<std::string> ParentOf(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_MESSAGE_FLAGS_H_
