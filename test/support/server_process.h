// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_
#define ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "crypto/jwt.h"

namespace zerotouch::test {

// A zerotouchd process, started as a user would. It is killed with the object.
class ServerProcess {
 public:
  // Starts it with these arguments and waits until it is ready. ready_line() is
  // empty if it ended first. Its log is appended to the file `log`, if given.
  explicit ServerProcess(const std::vector<std::string>& arguments, const std::string& log = "");
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Returns the line that it printed when it was ready.
  const std::string& ready_line() const { return ready_line_; }
  pid_t pid() const { return pid_; }
  void Kill();      // SIGKILL
  int Terminate();  // SIGTERM; the exit code, -1 if a signal ended it
  int Wait();

 private:
  pid_t pid_ = -1;
  std::string ready_line_;
};

// The exit code and output of a program.
struct ProgramRun {
  int exit_code = -1;  // -1: a signal ended it
  std::string out;
  std::string err;
  int64_t peak_memory_bytes = 0;
};
// Runs zerotouchd with these arguments and waits for its end.
ProgramRun RunZerotouchd(const std::vector<std::string>& arguments);

// A reseller of a sandbox, as its ready line describes it.
struct Sandbox {
  std::string endpoint;
  struct Reseller {
    std::string partner, credentials, customer, second_customer;
    // Returns the path of its devices collection.
    std::string Devices() const { return "/v1/partners/" + partner + "/devices"; }
  } first, second;
};
Sandbox ParseSandbox(const std::string& ready_line);

// Returns the content of a file.
std::string ReadFile(const std::string& path);

// Returns the claims of a self-signed bearer token of a key file: valid for the
// reseller methods of `endpoint`, for 55 minutes.
crypto::JwtClaims ClaimsOf(const std::string& credentials, const std::string& endpoint);
std::string SignToken(const std::string& credentials, const crypto::JwtClaims& claims);

// An HTTP answer.
struct Answer {
  long status = 0;       // 0: no answer came, and the body says why
  bool refused = false;  // no answer came, for nobody listens there
  std::string body;
  std::string headers;  // as sent, a line each

  // Returns the value of a header, ignoring the case of its name, or "".
  std::string Header(const std::string& name) const;
};

// Calls a URL with a bearer token, or without one if it is empty, and with more lines of
// the header. The body is JSON unless one of them is a Content-Type.
Answer CallUrl(const std::string& method, const std::string& url, const std::string& body,
               const std::string& token, const std::vector<std::string>& header = {});

// The scopes of the API's two halves.
inline constexpr char kResellerScope[] = "https://www.googleapis.com/auth/androidworkprovisioning";
inline constexpr char kCustomerScope[] = "https://www.googleapis.com/auth/androidworkzerotouchemm";

// Calls `endpoint` as the account of a key file, by a self-signed token.
class ApiCaller {
 public:
  ApiCaller(std::string endpoint, const std::string& credentials,
            const std::string& scope = kResellerScope);
  Answer Get(const std::string& path) { return Call("GET", path, "", token_); }
  Answer Post(const std::string& path, const std::string& body) {
    return Call("POST", path, body, token_);
  }
  // Returns the account's bearer token.
  const std::string& token() const { return token_; }
  Answer Patch(const std::string& path, const std::string& body) {
    return Call("PATCH", path, body, token_);
  }
  Answer Delete(const std::string& path) { return Call("DELETE", path, "", token_); }
  Answer Call(const std::string& method, const std::string& path, const std::string& body) {
    return Call(method, path, body, token_);
  }
  // Calls with another bearer token, or without one if it is empty.
  Answer Call(const std::string& method, const std::string& path, const std::string& body,
              const std::string& token) {
    return CallUrl(method, endpoint_ + path, body, token);
  }

 private:
  const std::string endpoint_;
  std::string token_;
};

// Sends a form-encoded POST without credentials.
Answer PostForm(const std::string& url, const std::string& form);

// Returns the first value of the string field `name` in a JSON text, or "".
std::string FieldIn(const std::string& json, const std::string& name);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_
