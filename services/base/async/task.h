#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hark {

namespace asio = boost::asio;

/// A coroutine. Always a named function that takes values (or references that outlive its task group), never
/// a capturing lambda; always awaited or spawned in a TaskGroup, never detached.
template <class T = void>
using Task = asio::awaitable<T>;

/// Completion token for Asio operations whose failure is expected: auto [error, value] = co_await op(...,
/// as_result).
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace hark
