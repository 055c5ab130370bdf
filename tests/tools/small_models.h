// Tiny encoders for tests, and a way to catch what they throw.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "layers/models/encoder.h"
#include "tools/trainer/model_folder.h"

namespace reprise {

inline EncoderConfig small_bert() {
  EncoderConfig config;
  config.vocab_size = 11;
  config.hidden_size = 8;
  config.num_hidden_layers = 4;
  config.num_attention_heads = 2;
  config.intermediate_size = 12;
  config.max_position_embeddings = 6;
  return config;
}

inline EncoderConfig small_albert() {
  EncoderConfig config = small_bert();
  config.type = "albert";
  config.embedding_size = 4;
  return config;
}

// An encoder whose Parameters, biases and gains too, are all different numbers made from the seed.
struct SmallModel {
  explicit SmallModel(const EncoderConfig& config, uint64_t seed = 1) : encoder(config) {
    Collector collector;
    encoder.collect(collector);
    parameters = collector.parameters();
    uint64_t n = seed * 1000003;
    for (const ParameterPtr& parameter : parameters) {
      for (real& x : parameter->value().values()) x = static_cast<real>(++n % 999983) / 1024;
    }
  }

  NamedPart part(const std::string& name) const {
    for (const NamedPart& part : named_parts(parameters)) {
      if (part.name == name) return part;
    }
    throw std::runtime_error("no part " + name);
  }

  void save(const std::string& folder) const {
    save_model_folder(encoder.config(), parameters,
                      [&](const std::string& name, const std::function<void(OutputFile&)>& fill) {
                        write_file(folder + "/" + name, fill);
                      });
  }

  Encoder encoder;
  std::vector<ParameterPtr> parameters;
};

inline bool same_bits(const SmallModel& a, const SmallModel& b) {
  const auto x = named_parts(a.parameters), y = named_parts(b.parameters);
  if (x.size() != y.size()) return false;
  for (size_t p = 0; p < x.size(); ++p) {
    const auto u = x[p].value.values(), v = y[p].value.values();
    if (x[p].name != y[p].name || !std::equal(u.begin(), u.end(), v.begin(), v.end())) return false;
  }
  return true;
}

// What `run` throws: the exit code and the message.
struct Thrown {
  int code = 0;
  std::string message;
};
inline Thrown thrown_by(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
  return {};
}

inline void expect_thrown(const std::function<void()>& run, int code,
                          const std::vector<std::string>& parts) {
  const Thrown thrown = thrown_by(run);
  EXPECT_EQ(thrown.code, code) << thrown.message;
  for (const std::string& part : parts) {
    EXPECT_NE(thrown.message.find(part), std::string::npos)
        << "lacks: " << part << "\nin: " << thrown.message;
  }
}

}  // namespace reprise
