// SPDX-License-Identifier: Apache-2.0
// RFC 9113 section 8: fields, pseudo-header fields, content-length and trailers.

#include "support/http2_conformance.h"

namespace zerotouch::http::conformance {
namespace {

using Http2FieldsConformanceTest = Http2ConformanceBase;

TEST_F(Http2FieldsConformanceTest, MalformedFields) {
  const auto malformed = StreamError(NGHTTP2_PROTOCOL_ERROR);
  const auto with = [](const std::string& name, const std::string& value) {
    return Get(1, Field(name, value));
  };
  const std::string nul(1, '\0');
  Check({
      {"8.2.1", "upper case", with("Abc", "x"), malformed},
      {"8.2.1", "space in a name", with("a b", "x"), malformed},
      {"8.2.1", "control character in a name", with("a\x01", "x"), malformed},
      {"8.2.1", "DEL in a name", with("a\x7f", "x"), malformed},
      {"8.2.1", "character over 0x7F in a name", with("a\xc3", "x"), malformed},
      {"8.2.1", "colon in a name", with("a:b", "x"), malformed},
      {"8.2.1", "empty name", with("", "x"), malformed},
      {"8.2.1", "NUL in a value", with("a", "x" + nul), malformed},
      {"8.2.1", "line feed in a value", with("a", "x\ny"), malformed},
      {"8.2.1", "carriage return in a value", with("a", "x\ry"), malformed},
      {"8.2.1", "space before a value", with("a", " x"), malformed},
      {"8.2.1", "tab after a value", with("a", "x\t"), malformed},
      {"8.2.1", "empty value", with("a", ""), Answer()},
      {"8.2.1", "tab within a value", with("a", "x\ty"), Answer()},
      {"8.2.2", "connection", with("connection", "close"), malformed},
      {"8.2.2", "keep-alive", with("keep-alive", "1"), malformed},
      {"8.2.2", "proxy-connection", with("proxy-connection", "close"), malformed},
      {"8.2.2", "transfer-encoding", with("transfer-encoding", "chunked"), malformed},
      {"8.2.2", "upgrade", with("upgrade", "h2c"), malformed},
      {"8.2.2", "te: gzip", with("te", "gzip"), malformed},
      {"8.2.2", "te: trailers", with("te", "trailers"), Answer()},
      {"8.2.3", "cookies in pieces", Get(1, Field("cookie", "a=b") + Field("cookie", "c=d")),
       Answer()},
  });
}

TEST_F(Http2FieldsConformanceTest, PseudoFields) {
  const auto malformed = StreamError(NGHTTP2_PROTOCOL_ERROR);
  const auto block = [](const std::string& fields) { return Frame(kHeaders, 5, 1, fields); };
  const std::string get = "\x82";
  const std::string scheme = "\x86";
  const std::string path = "\x84";
  const std::string host = Field(":authority", "x");
  Check({
      {"8.3", "unknown", Get(1, "").substr(0, 9) + kGet, Answer()},
      {"8.3", "unknown pseudo-header", block(get + scheme + path + host + Field(":x", "y")),
       malformed},
      {"8.3", "of an answer", block(get + scheme + path + host + "\x88"), malformed},
      {"8.3", "after a regular field", block(get + scheme + Field("a", "b") + path), malformed},
      {"8.3", "method twice", block(get + get + scheme + path + host), malformed},
      {"8.3", "scheme twice", block(get + scheme + scheme + path + host), malformed},
      {"8.3", "path twice", block(get + scheme + path + path + host), malformed},
      {"8.3", "authority twice", block(get + scheme + path + host + host), malformed},
      {"8.3.1", "no method", block(scheme + path + host), malformed},
      {"8.3.1", "no scheme", block(get + path + host), malformed},
      {"8.3.1", "no path", block(get + scheme + host), malformed},
      {"8.3.1", "no authority", block(get + scheme + path + Field("host", "x")), Answer()},
      {"8.3.1", "empty path", block(get + scheme + host + Field(":path", "")), malformed},
      {"8.3.1", "path without a slash", block(get + scheme + host + Field(":path", "x")),
       malformed},
      {"8.3.1", "path * of a GET", block(get + scheme + host + Field(":path", "*")), malformed},
      {"8.3.1", "path * of OPTIONS",
       block(Field(":method", "OPTIONS") + scheme + host + Field(":path", "*")), Answer()},
      {"8.3.1", "space in the path", block(get + scheme + host + Field(":path", "/a b")),
       malformed},
      {"8.3.1", "line break in the path", block(get + scheme + host + Field(":path", "/a\r\nb: c")),
       malformed},
      {"8.3.1", "line break in the authority",
       block(get + scheme + path + Field(":authority", "x\r\nb")), malformed},
      {"8.3.1", "space in the method", block(Field(":method", "G T") + scheme + path + host),
       malformed},
      {"8.3.1", "host that is not the authority",
       block(get + scheme + path + host + Field("host", "other")), malformed},
      {"8.3.1", "host that equals the authority",
       block(get + scheme + path + host + Field("host", "x")), Answer()},
      {"8.5", "CONNECT with a path", block(Field(":method", "CONNECT") + scheme + path + host),
       malformed},
      {"8.5", "CONNECT without authority", block(Field(":method", "CONNECT")), malformed},
  });
}

TEST_F(Http2FieldsConformanceTest, ContentLength) {
  const auto malformed = StreamError(NGHTTP2_PROTOCOL_ERROR);
  const auto length = [](const std::string& value) { return Field("content-length", value); };
  Check({
      {"8.1.1", "of the body", Post(1, length("3")) + End(), Answer()},
      {"8.1.1", "of a body in pieces", Post(1, length("4")) + Frame(kData, 0, 1, "x") + End(),
       Answer()},
      {"8.1.1", "less than the body", Post(1, length("2")) + End(), malformed},
      {"8.1.1", "more than the body", Post(1, length("4")) + End(), malformed},
      {"8.1.1", "more than a body in pieces",
       Post(1, length("9")) + Frame(kData, 0, 1, "x") + End(), malformed},
      {"8.1.1", "of a body that does not come", Get(1, length("1")), malformed},
      {"8.1.1", "0 of no body", Get(1, length("0")), Answer()},
      {"8.1.1", "before trailers", Post(1, length("9")) + Frame(kHeaders, 5, 1, Field("a", "b")),
       malformed},
      {"8.1.1", "twice", Post(1, length("3") + length("3")) + End(), malformed},
      {"8.1.1", "no number", Post(1, length("x")) + End(), malformed},
      {"8.1.1", "negative", Post(1, length("-3")) + End(), malformed},
      {"8.1.1", "too large", Post(1, length("99999999999999999999")) + End(), malformed},
  });
}

TEST_F(Http2FieldsConformanceTest, Trailers) {
  const auto malformed = StreamError(NGHTTP2_PROTOCOL_ERROR);
  const std::string begun = Post() + Frame(kData, 0, 1, "x");
  Check({
      {"8.1", "trailers", begun + Frame(kHeaders, 5, 1, Field("a", "b")), Answer()},
      {"8.1", "trailers without a body", Post() + Frame(kHeaders, 5, 1, Field("a", "b")), Answer()},
      {"8.1", "trailers in CONTINUATION",
       begun + Frame(kHeaders, kEndStream, 1, Field("a", "b")) +
           Frame(kContinuation, 4, 1, Field("c", "d")),
       Answer()},
      {"8.1", "second HEADERS without END_STREAM", begun + Frame(kHeaders, 4, 1, Field("a", "b")),
       malformed},
      {"8.1", "pseudo-header", begun + Frame(kHeaders, 5, 1, Field(":path", "/")), malformed},
      {"8.1", "upper case", begun + Frame(kHeaders, 5, 1, Field("A", "b")), malformed},
      {"8.2.2", "connection-specific", begun + Frame(kHeaders, 5, 1, Field("connection", "close")),
       malformed},
      {"8.2.1", "line break", begun + Frame(kHeaders, 5, 1, Field("a", "b\nc")), malformed},
  });
}

}  // namespace
}  // namespace zerotouch::http::conformance
