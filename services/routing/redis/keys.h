#pragma once

#include <cstdint>
#include <string>

/// Where routing's things are in Redis: all of a shard under one hash tag.
///
///   leader             string  "<fencing token> <instance>", expires with the lease
///   leader_token       string  the last fencing token: the shard's number × 2^32 + its term; only grows
///   agents             set     ids
///   agent:<id>         hash    record (Agent bytes), password (argon2id), presence, generation,
///                              wraps_up_until (ms since 1970; of an agent in wrap-up)
///   offers             hash    standing offers: id -> RoutingOffer bytes
///   declined           hash    ticket -> agents who declined it since it was last queued, space-separated
///   accepted:<offer>   string  "<ticket> <agent> <assignment token>", kept a day
///   journal            stream  lots of up to 100 records that were written together, <fencing token>-<n of
///   the last>:
///                              r RoutingJournalRecord bytes, r ...; capped
///   committed          string  "<fencing token> <n>": last batch that was written
///   rules              string  number of the version of the rules in force
///   rules:<n>          string  RoutingVersion bytes; the newest 100
///   rules_key:<key>    string  "<n> <digest of the request>": what came of an idempotency key, kept a day
///   wanted             string  "<shards it leads> <instance>" of a process that leads fewer and would lead
///   this one; for a moment
///
/// Of the first shard alone, where there are several: the rules of all, and
///
///   shards             string  names of all, space-separated, in the order of their numbers; only grows
///   shard_of           hash    agent -> number of the shard. Who is not in it and has a record is the first
///   one's
namespace hark::routing::keys {

inline std::string shard(std::uint16_t number) { return "hark:{r" + std::to_string(number) + "}"; }

}  // namespace hark::routing::keys
