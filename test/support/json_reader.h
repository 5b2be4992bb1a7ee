// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_JSON_READER_H_
#define ZEROTOUCH_TEST_SUPPORT_JSON_READER_H_

#include <cstddef>
#include <memory>
#include <string>

namespace zerotouch::test {

// A JSON text to look into by JSON pointers (RFC 6901), as in
// "/error/details/0/code".
class Json {
 public:
  explicit Json(const std::string& text);
  ~Json();
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;

  // The scalar there as text; empty if there is none, or the text is not JSON.
  std::string operator[](const std::string& pointer) const;
  bool Has(const std::string& pointer) const;
  // Elements of the list, or members of the object, there.
  size_t Size(const std::string& pointer) const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_JSON_READER_H_
