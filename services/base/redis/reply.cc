#include "base/redis/reply.h"

#include <hiredis/hiredis.h>

#include <charconv>

namespace hark::redis {
namespace {

const Reply kNil;
const Reply::Array kNoItems;

Reply convert(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return Reply{static_cast<std::int64_t>(reply.integer)};
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      return Reply{std::string{reply.str, reply.len}};
    case REDIS_REPLY_ERROR:
      return Reply{Reply::ErrorText{std::string{reply.str, reply.len}}};
    case REDIS_REPLY_ARRAY: {
      Reply::Array items;
      items.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) items.push_back(convert(*reply.element[i]));
      return Reply{std::move(items)};
    }
    default:
      return Reply{};
  }
}

}  // namespace

std::string Reply::text() const& {
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return std::to_string(*number);
  return {};
}

std::string Reply::text() && {
  if (auto* text = std::get_if<std::string>(&value_)) return std::move(*text);
  return static_cast<const Reply&>(*this).text();
}

std::string_view Reply::view() const {
  const auto* text = std::get_if<std::string>(&value_);
  return text ? std::string_view{*text} : std::string_view{};
}

std::int64_t Reply::number() const {
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return *number;
  std::int64_t out = 0;
  const auto text = view();
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

const Reply::Array& Reply::items() const {
  const auto* items = std::get_if<Array>(&value_);
  return items ? *items : kNoItems;
}

Reply::Array& Reply::items() {
  if (!is_array()) value_ = Array{};
  return *std::get_if<Array>(&value_);
}

const Reply& Reply::operator[](std::size_t i) const {
  const auto& all = items();
  return i < all.size() ? all[i] : kNil;
}

ReplyReader::ReplyReader() : reader_{redisReaderCreate()} {
  HARK_CHECK(reader_ != nullptr);
  reader_->maxbuf = 0;  // keep the buffer between replies
}

ReplyReader::~ReplyReader() { redisReaderFree(reader_); }

void ReplyReader::feed(std::string_view bytes) { redisReaderFeed(reader_, bytes.data(), bytes.size()); }

Result<bool> ReplyReader::next(Reply& out) {
  void* raw = nullptr;
  if (redisReaderGetReply(reader_, &raw) != REDIS_OK) {
    return Error{Code::kUnavailable, Reason::kStoreUnavailable,
                 std::string{"the store's answer is not the Redis protocol: "} + reader_->errstr};
  }
  if (raw == nullptr) return false;
  auto* reply = static_cast<redisReply*>(raw);
  out = convert(*reply);
  freeReplyObject(reply);
  return true;
}

}  // namespace hark::redis
