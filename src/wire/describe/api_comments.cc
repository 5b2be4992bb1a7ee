// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/api_comments.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "google/protobuf/descriptor.pb.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

namespace {

// Joins the lines of the comment and collapses its blanks.
template <class T>
std::string CommentOn(const T* found) {
  google::protobuf::SourceLocation location;
  if (found == nullptr || !found->GetSourceLocation(&location)) return "";
  std::string text = location.leading_comments;
  absl::RemoveExtraAsciiWhitespace(&text);
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

}  // namespace

// Files from packages are unknown dependencies: their comments are not needed.
ApiComments::ApiComments() {
  google::protobuf::FileDescriptorSet files;
  files.ParseFromArray(kApiDescriptors.data(), static_cast<int>(kApiDescriptors.size()));
  pool_.AllowUnknownDependencies();
  // BuildFile needs the imports of a file first.
  bool added = true;
  std::vector<const google::protobuf::FileDescriptorProto*> left;
  for (const auto& file : files.file()) left.push_back(&file);
  while (added) {
    added = false;
    for (const auto*& file : left) {
      if (file == nullptr) continue;
      const bool waits = std::any_of(left.begin(), left.end(), [&](const auto* other) {
        return other != nullptr && other != file &&
               std::find(file->dependency().begin(), file->dependency().end(), other->name()) !=
                   file->dependency().end();
      });
      if (waits) continue;
      pool_.BuildFile(*file);
      file = nullptr;
      added = true;
    }
  }
}

std::string ApiComments::Of(const Descriptor& message) const {
  return CommentOn(pool_.FindMessageTypeByName(message.full_name()));
}

std::string ApiComments::Of(const FieldDescriptor& field) const {
  return CommentOn(pool_.FindFieldByName(field.full_name()));
}

std::string ApiComments::Of(const EnumValueDescriptor& value) const {
  return CommentOn(pool_.FindEnumValueByName(value.full_name()));
}

std::string ApiComments::Of(const MethodDescriptor& method) const {
  return CommentOn(pool_.FindMethodByName(method.full_name()));
}

}  // namespace zerotouch::wire
