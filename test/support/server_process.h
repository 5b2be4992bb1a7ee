#ifndef ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_
#define ZEROTOUCH_TEST_SUPPORT_SERVER_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace zerotouch::test {

// A zerotouchd process, started as a user would, that ends with the object.
class ServerProcess {
 public:
  // Starts it with these arguments. ready_line() is empty if it ended at once.
  explicit ServerProcess(const std::vector<std::string>& arguments);
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

// What a sandbox's ready line says of its first and second reseller.
struct Sandbox {
  std::string endpoint;
  struct Reseller {
    std::string partner, credentials, customer, second_customer;
  } first, second;
};
Sandbox ParseSandbox(const std::string& ready_line);

// An HTTP answer.
struct Answer {
  long status = 0;  // 0: no answer came
  std::string body;
  std::string headers;  // as sent, a line each
};

// Calls `endpoint` as the account of a key file, by a self-signed token.
class ApiCaller {
 public:
  ApiCaller(std::string endpoint, const std::string& credentials);
  Answer Get(const std::string& path) { return Call("GET", path, "", token_); }
  Answer Post(const std::string& path, const std::string& body) {
    return Call("POST", path, body, token_);
  }
  // The bearer token of the account.
  const std::string& token() const { return token_; }
  // With another bearer token; empty: none.
  Answer Call(const std::string& method, const std::string& path, const std::string& body,
              const std::string& token);

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
