#pragma once

/// Channels with one planted defect each, to show that the contract of channels bites; as `bad_stores.hpp`, with
/// `--bad-channel=<name>`.
namespace bad_channels {

/// Registers the contract over the channel asked for on the command line, if one is.
bool register_asked_for(int argc, char** argv);

/// Registers the contract over a channel without a defect.
void register_good();

/// Registers a test per defect that runs this very program over that channel and expects it to fail.
void register_proofs(char const* program);

}  // namespace bad_channels
