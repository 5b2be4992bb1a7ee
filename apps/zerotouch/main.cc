// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/arguments.h"

int main(int argc, char** argv) { return zerotouch::cli::RunCommandLine(argc, argv); }
