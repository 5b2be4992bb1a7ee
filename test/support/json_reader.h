// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_JSON_READER_H_
#define ZEROTOUCH_TEST_SUPPORT_JSON_READER_H_

#include <cstddef>
#include <memory>
#include <string>

namespace zerotouch::test {

// Reads parts of a JSON text by JSON pointers (RFC 6901), for example
// "/error/details/0/code".
class Json {
 public:
  explicit Json(const std::string& text);
  ~Json();
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;

  // Returns the scalar there as text, or "" if it is missing or the text is not JSON.
  std::string operator[](const std::string& pointer) const;
  bool Has(const std::string& pointer) const;
  // Returns the number of elements of the list, or members of the object, there.
  size_t Size(const std::string& pointer) const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_JSON_READER_H_
