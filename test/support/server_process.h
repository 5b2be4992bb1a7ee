// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_
#define ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "crypto/jwt.h"

namespace zerotouch::test {

// A zerotouchd process, started as a user would, that ends with the object.
class ServerProcess {
 public:
  // Starts it with these arguments. ready_line() is empty if it ended at once.
  // What it logs is added to the file `log`, if that is given.
  explicit ServerProcess(const std::vector<std::string>& arguments, const std::string& log = "");
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // What it printed when it was ready.
  const std::string& ready_line() const { return ready_line_; }
  pid_t pid() const { return pid_; }
  void Kill();      // SIGKILL
  int Terminate();  // SIGTERM; the exit code, -1 if a signal ended it
  int Wait();

 private:
  pid_t pid_ = -1;
  std::string ready_line_;
};

// What a program that ran to its end did.
struct ProgramRun {
  int exit_code = -1;  // -1: a signal ended it
  std::string out;
  std::string err;
  int64_t peak_memory_bytes = 0;
};
// Runs zerotouchd with these arguments, and waits for its end.
ProgramRun RunZerotouchd(const std::vector<std::string>& arguments);

// What a sandbox's ready line says of its first and second reseller.
struct Sandbox {
  std::string endpoint;
  struct Reseller {
    std::string partner, credentials, customer, second_customer;
    // The path of the collection of its devices.
    std::string Devices() const { return "/v1/partners/" + partner + "/devices"; }
  } first, second;
};
Sandbox ParseSandbox(const std::string& ready_line);

// The file's content.
std::string ReadFile(const std::string& path);

// What a self-signed bearer token of a key file says unless a test changes it:
// good for the reseller methods of `endpoint`, for 55 minutes.
crypto::JwtClaims ClaimsOf(const std::string& credentials, const std::string& endpoint);
std::string SignToken(const std::string& credentials, const crypto::JwtClaims& claims);

// An HTTP answer.
struct Answer {
  long status = 0;       // 0: no answer came, and the body says why
  bool refused = false;  // no answer came, for nobody listens there
  std::string body;
  std::string headers;  // as sent, a line each

  // The value of a header, whatever the case of its name; empty if it is not there.
  std::string Header(const std::string& name) const;
};

// Calls a URL with a bearer token; empty: none.
Answer CallUrl(const std::string& method, const std::string& url, const std::string& body,
               const std::string& token);

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
  // The bearer token of the account.
  const std::string& token() const { return token_; }
  Answer Patch(const std::string& path, const std::string& body) {
    return Call("PATCH", path, body, token_);
  }
  Answer Delete(const std::string& path) { return Call("DELETE", path, "", token_); }
  Answer Call(const std::string& method, const std::string& path, const std::string& body) {
    return Call(method, path, body, token_);
  }
  // With another bearer token; empty: none.
  Answer Call(const std::string& method, const std::string& path, const std::string& body,
              const std::string& token) {
    return CallUrl(method, endpoint_ + path, body, token);
  }

 private:
  const std::string endpoint_;
  std::string token_;
};

// Form-encoded POST without credentials.
Answer PostForm(const std::string& url, const std::string& form);

// The first value of the string field `name` in a JSON text; empty if none.
std::string FieldIn(const std::string& json, const std::string& name);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_
