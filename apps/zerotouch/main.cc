#include "zerotouch/arguments.h"

int main(int argc, char** argv) { return zerotouch::cli::RunCommandLine(argc, argv); }
