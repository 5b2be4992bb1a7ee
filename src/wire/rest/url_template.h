// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_URL_TEMPLATE_H_
#define ZEROTOUCH_WIRE_REST_URL_TEMPLATE_H_

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace zerotouch::wire {

// The path of a request in pieces that are still percent-encoded.
struct UrlPath {
  std::vector<std::string> segments;
  std::string verb;  // empty without one
};

// Splits the path of `target`. Drops the query and empty segments at the end. The
// text after the last ':' (or `%3A`, which some clients send instead) of the last
// segment is a verb only if `verbs` has it, because an id may contain a colon.
// Returns nullopt if the path does not begin with '/'.
std::optional<UrlPath> SplitPath(std::string_view target, const std::set<std::string>& verbs);

// A path template of a google.api.http option (google/api/http.proto).
class UrlTemplate {
 public:
  // The value of a variable in a matching path.
  struct Binding {
    std::string field;  // proto path, `configuration.name`
    std::string value;  // decoded
  };

  // Returns INVALID_ARGUMENT with the place and reason if `text` is malformed.
  static absl::StatusOr<UrlTemplate> Parse(std::string_view text);

  // Returns the values of the variables, in the template's order, or nullopt if
  // `path` does not match. Segments are decoded after the split. `%2F` stays encoded
  // in a variable of several segments, so that it never becomes a separator. A path
  // with a malformed escape matches no template.
  std::optional<std::vector<Binding>> Match(const UrlPath& path) const;

  const std::string& text() const { return text_; }
  const std::string& verb() const { return verb_; }
  // Returns the fields of the variables.
  std::vector<std::string> fields() const;

 private:
  friend class TemplateParser;
  UrlTemplate() = default;

  enum class Kind { kLiteral, kOne, kRest };
  struct Segment {
    Kind kind;
    std::string literal;
  };
  struct Variable {
    std::string field;
    size_t begin;  // its segments: [begin, end)
    size_t end;
  };

  bool FitsSegments(const std::vector<std::string>& segments) const;
  std::optional<std::string> ValueOf(const Variable& variable,
                                     const std::vector<std::string>& segments) const;

  std::string text_;
  std::vector<Segment> segments_;
  std::vector<Variable> variables_;
  std::string verb_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_URL_TEMPLATE_H_
