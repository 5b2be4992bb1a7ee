// SPDX-License-Identifier: Apache-2.0
#include "support/json_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace zerotouch::test {

struct Json::Document {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  bool valid = false;

  simdjson::simdjson_result<simdjson::dom::element> At(const std::string& pointer) const {
    if (!valid) return simdjson::NO_SUCH_FIELD;
    return root.at_pointer(pointer);
  }
};

Json::Json(const std::string& text) : document_(std::make_unique<Document>()) {
  document_->valid = document_->parser.parse(text).get(document_->root) == simdjson::SUCCESS;
}

Json::~Json() = default;

std::string Json::operator[](const std::string& pointer) const {
  simdjson::dom::element value;
  if (document_->At(pointer).get(value) != simdjson::SUCCESS) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(value);
}

bool Json::Has(const std::string& pointer) const {
  return document_->At(pointer).error() == simdjson::SUCCESS;
}

size_t Json::Size(const std::string& pointer) const {
  simdjson::dom::array list;
  if (document_->At(pointer).get(list) == simdjson::SUCCESS) return list.size();
  simdjson::dom::object object;
  return document_->At(pointer).get(object) == simdjson::SUCCESS ? object.size() : 0;
}

}  // namespace zerotouch::test
