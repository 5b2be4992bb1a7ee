// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_COMMAND_H_
#define ZEROTOUCH_ZEROTOUCH_COMMAND_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "zerotouch/connection.h"
#include "zerotouch/exit_code.h"

// The commands, as tables: what a command is called, takes and runs. arguments.cc reads the
// command line by them, completion.cc writes shell functions from them.
namespace zerotouch::cli {

enum class Format { kTable, kJson, kCsv };

// A flag of a command.
struct Flag {
  enum class Kind {
    kText,    // one value; if it is given several times, the last one counts
    kSwitch,  // no value
    kBool,    // no value, or =true or =false
    kList,    // values separated by commas; may be given several times
    kMany,    // one value; may be given several times
  };

  std::string_view name;   // without dashes; other names after commas: "serial,serial-number"
  std::string_view value;  // what to give, in the help: "ID"
  std::string_view help;
  // The field that the flag sets in the message of the command (Method::body), such as
  // "device_identifier.imei", or in the JSON of a Rest method; empty: the command's function
  // reads the flag.
  std::string_view field = {};
  Kind kind = Kind::kText;
  std::string_view variable = {};  // of the environment

  std::string first_name() const { return std::string(name.substr(0, name.find(','))); }
};

// A method of an API that a command calls.
struct Method {
  std::string_view rpc;         // full name, as in "package.Service.Method"
  std::string_view collection;  // of the resource that is named on the command line, or ""
  std::string_view body;        // path of the message that flags and --data fill; "": all of it
  // The largest page that a list method gives; 0: it has no pages.
  int64_t page = 0;
};

// A method that only this project's servers have, by its path.
struct Rest {
  std::string_view http;  // "GET"
  // {parent}: partners/P or customers/C; {id}: the positional; {webhook}: of --webhook, or of
  // the name that is the positional
  std::string_view path;
  std::string_view list = {};  // member of the answer with its list; empty: no list
  int64_t page = 0;            // largest page; 0: it has no pages
  // Members of an item: "error.status", or "status=error.status" with a shorter name for the
  // header of a table.
  std::vector<std::string_view> columns = {};
  size_t table_columns = 0;  // of these, the first so many are in a table; 0: all
};

// The accounts that a command may act for.
enum class Side {
  kNone,      // the command takes no --partner and no --as-customer
  kPartner,   // --partner
  kCustomer,  // --as-customer, or ZEROTOUCH_CUSTOMER
  kEither,    // --as-customer if it is given, else --partner
  kSandbox,   // nobody's: the controls of a sandbox
};

struct Invocation;

struct Command {
  // Its group, or groups with a space between; empty: the command is its own group.
  std::string_view group;
  std::string_view verb;
  std::string_view about;    // one line
  std::string_view example;  // and what else to know; lines with line feeds
  ExitCode (*run)(const Invocation&) = nullptr;
  Side side = Side::kNone;
  std::vector<Flag> flags = {};
  std::string_view positional = {};       // what to give, such as "ID"; empty: nothing
  std::string_view positional_help = {};  // ends in "(optional)" if it may be left out
  std::string_view positional_flag = {};  // a flag that the positional stands for
  // The method that RunMethod calls: of the partner's or the only side, and of the
  // customer's side.
  Method method = {};
  Method customer_method = {};
  Rest rest = {};
  bool has_format = true;
  bool has_connection = true;
};

// Holds what the command line said.
struct Invocation {
  const Command* command = nullptr;
  ConnectionFlags connection;
  Format format = Format::kTable;
  int64_t partner = 0;      // 0: not given
  int64_t as_customer = 0;  // 0: not given
  std::vector<std::string> positionals;
  std::map<std::string, std::vector<std::string>, std::less<>> values;  // by Flag::first_name

  bool Has(std::string_view flag) const { return values.find(flag) != values.end(); }
  // Returns the value of a flag; empty if it was not given.
  std::string Get(std::string_view flag) const {
    const auto found = values.find(flag);
    return found == values.end() || found->second.empty() ? "" : found->second.back();
  }
  // Returns the number that a flag holds, which arguments.cc has checked; 0 without it.
  int64_t Number(std::string_view flag) const;
  // True if the caller is a customer, whichever its id.
  bool is_customer() const {
    return command->side == Side::kCustomer || Has("mine") ||
           (command->side == Side::kEither && as_customer != 0);
  }
};

// Returns all commands, in the order of the help.
const std::vector<Command>& Commands();

// Returns the flags of a command, with those that it has by its side and its output.
std::vector<Flag> AllFlags(const Command& command);

// Returns the one-line description of a group of commands.
std::string_view AboutGroup(std::string_view group);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_COMMAND_H_
