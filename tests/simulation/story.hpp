#pragma once

#include "world.hpp"

namespace rescue::simulation {

/// What the people around one report do: the reporter, the customer and the operators. They look at the
/// incident and do what fits its state, mostly; who gets no answer asks again with the same key.
class Story {
 public:
  Story(Stage& stage, std::vector<std::string> consents, int server);
  /// Hands in the report, and goes on by itself from there.
  void begin();
  bool over() const { return over_; }
  /// Where it stands, for those that did not come to an end.
  std::string where() const { return incident_ + " " + state_; }
  const std::string& state() const { return state_; }

 private:
  using Then = std::function<void(const Answer&)>;
  /// Until an answer comes. Now and then it is sent twice.
  void ask(Which which, Call call, const Then& then);
  void ask_again(Which which, const Call& call, const Then& then);
  void look();
  void look_later(double seconds_max = 40);
  void act(const Json& view);
  void in_precheck(const Json& view);
  void when_unconfirmed();
  void at_choice(const Json& view);
  void order(const Json& view);
  void order_by(const Json& quote);
  void at_work(const Json& view);
  void at_report(const Json& view);
  void when_closed(const Json& view);
  void at_end(const Json& view);
  /// Something that does not fit, or may not: it must not harm.
  void meddle(const Json& view);
  void decide(const std::string& decision, Json more = Json::object());
  void request(const std::string& kind, Json body);
  void choose(const Json& view, const std::string& choice);
  void judge_duplicate(const std::string& task);
  void mend_jobs(const Json& view);
  std::string addressed() const;
  std::string key();
  bool often(double probability) { return stage_.chance.happens(probability); }

  Stage& stage_;
  std::vector<std::string> consents_;
  std::string server_, customer_;
  std::string report_;    ///< the id that its report got
  std::string incident_;  ///< what that stands for
  std::string state_ = "new";
  Json quote_, old_quote_;
  int looks_ = 0, paid_looks_ = 0;
  bool meddled_ = false, over_ = false;
};

}  // namespace rescue::simulation
