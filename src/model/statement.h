// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_STATEMENT_H_
#define ZEROTOUCH_MODEL_STATEMENT_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "model/api.h"
#include "model/identity.h"
#include "model/outcome.h"

// Identifiers and metadata are statements of one reseller about a device. No other
// reseller sees, finds, changes or contradicts them.
namespace zerotouch {

struct Statement {
  api::DeviceIdentifier identifier;  // canonical; empty if none was stated
  api::DeviceMetadata metadata;
};

// A reseller's statement as decisions read and change it.
struct StatementState {
  PartnerId reseller;
  std::optional<Statement> value;  // nullopt once it is dropped
  // The place in the log of the last change of its metadata alone; 0: none.
  int64_t last_entry = 0;

  // The changes to write.
  bool is_new = false;    // it is not stored yet
  bool changed = false;   // write it, or delete it if it has no value
  Identity added_keys;    // lookup keys to be added
  Identity dropped_keys;  // lookup keys to be removed

  // Replaces the identifier and notes the keys that this adds and removes. `keys` are
  // those of `identifier`.
  void SetIdentifier(api::DeviceIdentifier identifier, const Identity& keys);
  // Drops the statement and its keys.
  void Drop();
};

// Returns the outcome that names the first field of `given`, a canonical identifier,
// that contradicts `stated`: another serial number, manufacturer, model or attested id,
// compared without case, or a modem id for which `stated` has no free slot. Returns
// nullopt if no field does.
std::optional<Outcome> ContradictionOf(const api::DeviceIdentifier& given,
                                       const api::DeviceIdentifier& stated);

// The kinds of fields that an identifier has.
struct GivenFields {
  bool attested_id = false;
  bool modem = false;
  bool text = false;  // serial number, manufacturer or model
};
GivenFields GivenFieldsOf(const api::DeviceIdentifier& given);

// Returns true if identifiers that find a device by `stated_keys` of their `keys` lookup
// keys could contradict what was stated about it: they have a text besides a modem id, or a
// key that was not stated.
bool CouldContradict(const GivenFields& given, size_t stated_keys, size_t keys);

// Returns true if every field of `given`, which need not be canonical, is empty or as it was
// stated, ignoring case. Then it does not contradict `stated`. False says nothing.
bool IsAsStated(const api::DeviceIdentifier& given, const api::DeviceIdentifier& stated);
// The same for serialized identifiers, without reading them: true if each field is as it was
// stated, byte by byte.
bool IsAsStated(std::string_view given, std::string_view stated);

// Returns `stated` with its empty fields filled in from `given`, which must not
// contradict it.
api::DeviceIdentifier FilledIn(const api::DeviceIdentifier& stated,
                               const api::DeviceIdentifier& given);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_STATEMENT_H_
