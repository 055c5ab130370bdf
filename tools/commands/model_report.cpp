#include "tools/commands/model_report.h"

#include "tools/commands/published_size.h"

namespace reprise {

namespace {

Json components_json(const Ledger& ledger) {
  Json components = Json::object();
  const bool connections = ledger.connections() > 0;
  for (const LedgerEntry& entry : ledger.entries) {
    components[entry.component] = {{"stored", entry.stored()},
                                   {"unshared", entry.unshared()},
                                   {"size", entry.size},
                                   {"copies", entry.copies},
                                   {"uses", entry.uses},
                                   {"base_model", entry.base_model},
                                   {"multiply_adds", entry.multiply_adds}};
    if (connections) components[entry.component]["connections"] = entry.connections;
  }
  return components;
}

Json sharing_json(const SharingPlan& plan) {
  Json sets = Json::object(), counts = Json::object();
  for (int p = 0; p < kLayerParts; ++p) {
    const std::string part(to_string(static_cast<LayerPart>(p)));
    sets[part] = plan.sets[p];
    counts[part] = plan.count(static_cast<LayerPart>(p));
  }
  return {{"grid", grid(plan)}, {"counts", counts}, {"sets", sets}};
}

Json published_json(const ModelReport& report) {
  const PublishedConfig& published = *report.config.published;
  const auto all = counting_conventions(report.ledger, *report.config.model.any_encoder());
  const auto match = matching_convention(published, all);
  return {{"parameters", published.parameters},
          {"source", published.source},
          {"convention", match ? Json(match->name) : Json()},
          {"count", match ? Json(match->count) : Json()}};
}

Json parameters_json(const ModelReport& report) {
  const Ledger& ledger = report.ledger;
  Json json = {{"convention", counting_convention(report.config.model, report.work)},
               {"stored", ledger.stored()},
               {"unshared", ledger.unshared()},
               {"base_model", ledger.base_model()}};
  if (ledger.connections() > 0) json["connections"] = ledger.connections();
  if (report.has_published_size()) json["published"] = published_json(report);
  json["components"] = components_json(ledger);
  return json;
}

Json report_json(const ModelReport& report) {
  const Ledger& ledger = report.ledger;
  const MemoryEstimate& memory = report.memory;
  return {{"name", report.name},
          {"description", report.config.description},
          {"type", report.config.model.type},
          {"parameters", parameters_json(report)},
          {"bytes",
           {{"weights", memory.weights},
            {"packed", memory.packed},
            {"gradients", memory.gradients},
            {"optimizer", memory.optimizer},
            {"activations", memory.activations},
            {"program", memory.program}}},
          {"multiply_adds", ledger.multiply_adds()},
          {"workload",
           {{"sequences", report.work.sequences},
            {"length", report.work.length},
            {"predictions", report.work.predictions},
            {"sentences", report.work.sentences},
            {"outputs", report.work.outputs ? Json(*report.work.outputs) : Json()}}},
          {"sharing", sharing_json(ledger.plan)}};
}

}  // namespace

ModelReport make_report(std::string name, RunConfig config) {
  const Workload work = workload_of(config);
  Ledger ledger = make_ledger(config.model, work);
  const MemoryEstimate memory = estimate_memory(config);
  return {std::move(name), std::move(config), work, std::move(ledger), memory};
}

Json report_json(const std::vector<ModelReport>& reports) {
  Json all = Json::array();
  for (const ModelReport& report : reports) all.push_back(report_json(report));
  Json json = reports.size() == 1 ? all[0] : Json::object();
  json["configs"] = std::move(all);
  return json;
}

}  // namespace reprise
