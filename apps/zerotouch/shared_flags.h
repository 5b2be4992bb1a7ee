// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_SHARED_FLAGS_H_
#define ZEROTOUCH_ZEROTOUCH_SHARED_FLAGS_H_

#include <initializer_list>
#include <vector>

#include "zerotouch/command.h"

// The flags and the commands from which commands.cc makes its table.
namespace zerotouch::cli {

// Returns the lists as one.
std::vector<Flag> Join(std::initializer_list<std::vector<Flag>> lists);

// Return the flags of a device: its hardware, or the id of its record.
std::vector<Flag> Identifiers();
std::vector<Flag> DeviceId();

// Return the flags of a file of devices, and of the batches that it is sent in.
std::vector<Flag> File();
std::vector<Flag> Batches();

// Return flags that several commands have.
Flag Section();
Flag Metadata();
Flag Data();
Flag Limit();
Flag Results();
Flag Preview();

// Return the commands of groups.
std::vector<Command> DeviceCommands();
std::vector<Command> ConfigurationCommands();
std::vector<Command> WebhookCommands();

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_SHARED_FLAGS_H_
