// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_CONFORMANCE_ERROR_TEXT_H_
#define ZEROTOUCH_TEST_CONFORMANCE_ERROR_TEXT_H_

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "crypto/encoding.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "http/http.h"

// Renders errors for the golden files: one line for each part that a client reads.
namespace zerotouch::wire {

// Returns the status, the header fields of errors, and the body, which must be JSON
// on one line.
inline std::string HttpText(std::string_view label, const http::Response& response) {
  EXPECT_GE(response.status, 400) << label << " " << response.body;
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json; charset=UTF-8") << label;
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff") << label;
  std::string body = response.body;
  while (body.ends_with('\n')) body.pop_back();
  std::string text = fmt::format("{}: {}", label, response.status);
  for (const char* name : {"WWW-Authenticate", "Retry-After", "Allow"}) {
    if (response.headers.Has(name)) {
      text += fmt::format(" [{}: {}]", name, response.headers.Get(name));
    }
  }
  return fmt::format("{} {}\n", text, body);
}

// Returns a google.rpc.Status on one line, its details with their types.
inline std::string StatusText(const google::rpc::Status& status) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetExpandAny(true);
  std::string text;
  EXPECT_TRUE(printer.PrintToString(status, &text));
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

// Returns the fields that end a gRPC call.
inline std::string GrpcText(const http::Headers& fields) {
  std::string text = fmt::format("grpc-status: {}\ngrpc-message: {}\n", fields.Get("grpc-status"),
                                 fields.Get("grpc-message"));
  if (!fields.Has("grpc-status-details-bin")) return text;
  std::string bytes(fields.Get("grpc-status-details-bin"));
  std::replace(bytes.begin(), bytes.end(), '+', '-');
  std::replace(bytes.begin(), bytes.end(), '/', '_');
  google::rpc::Status status;
  EXPECT_TRUE(status.ParseFromString(crypto::Base64UrlDecode(bytes).value_or("?")));
  EXPECT_EQ(fmt::format("{}", status.code()), fields.Get("grpc-status"));
  return fmt::format("{}grpc details: {}\n", text, StatusText(status));
}

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_TEST_CONFORMANCE_ERROR_TEXT_H_
