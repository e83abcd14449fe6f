#!/usr/bin/env python3
"""registry_add.py MLSYSIM: mlsysim registry add, from outside. Configurations as makers publish them give the
weights that the registry has for the same model; lines arrive in the folder, mark all that rests on
them, and are refused when they would change something."""
import csv
import json
import os

from outside import check, expect, run, run_parts, write

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHIPS = """item,field,value,unit,low,high,note
Acme_X,title,"Acme X, our chip",,,,
Acme_X,flops.bf16,500,TFLOP/s,450,550,dense
Acme_X,memory_capacity,96,GB,,,
Acme_X,memory_bandwidth,4,TB/s,,,
Acme_X,dispatch,0.01,ms,,,
"""
OWN = {"MLSYSIM_OWN": "facts"}


def llama(kind, layers, hidden, heads, kv_heads, ffn, vocab, **more):
    return {"model_type": kind, "num_hidden_layers": layers, "hidden_size": hidden,
            "num_attention_heads": heads, "num_key_value_heads": kv_heads, "intermediate_size": ffn,
            "vocab_size": vocab, **more}


LATENT = {"kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128,
          "v_head_dim": 128}
# The dimensions that the makers' files have, under the makers' names, by item of the registry.
CONFIGS = {
    "Llama3_70B": llama("llama", 80, 8192, 64, 8, 28672, 128256, tie_word_embeddings=False),
    "Mistral_7B": llama("mistral", 32, 4096, 32, 8, 14336, 32000, sliding_window=4096),
    "Qwen2_5_1_5B": llama("qwen2", 28, 1536, 12, 2, 8960, 151936, tie_word_embeddings=True,
                          use_sliding_window=False, sliding_window=131072),
    "Qwen3_235B_A22B": llama("qwen3_moe", 94, 4096, 64, 4, 12288, 151936, head_dim=128, num_experts=128,
                             num_experts_per_tok=8, moe_intermediate_size=1536),
    "Mixtral_8x7B": llama("mixtral", 32, 4096, 32, 8, 14336, 32000, num_local_experts=8,
                          num_experts_per_tok=2, sliding_window=None),
    "gpt_oss_120B": llama("gpt_oss", 36, 2880, 64, 8, 2880, 201088, head_dim=64, num_local_experts=128,
                          num_experts_per_tok=4, sliding_window=128,
                          layer_types=["sliding_attention", "full_attention"] * 18),
    "DeepSeek_V3": llama("deepseek_v3", 61, 7168, 128, 128, 18432, 129280, n_routed_experts=256,
                         n_shared_experts=1, num_experts_per_tok=8, moe_intermediate_size=2048,
                         first_k_dense_replace=3, **LATENT),
    "DeepSeek_V2": llama("deepseek_v2", 60, 5120, 128, 128, 12288, 102400, n_routed_experts=160,
                         n_shared_experts=2, num_experts_per_tok=6, moe_intermediate_size=1536,
                         first_k_dense_replace=1, **LATENT),
    "Gemma_2_9B": llama("gemma2", 42, 3584, 16, 8, 14336, 256000, head_dim=256, sliding_window=4096),
    "Qwen3_5_35B_A3B": {"text_config": llama(
        "qwen3_5_moe_text", 40, 2048, 16, 2, None, 248320, head_dim=256, num_experts=256,
        num_experts_per_tok=8, moe_intermediate_size=512, shared_expert_intermediate_size=512,
        linear_num_key_heads=16, linear_num_value_heads=32, linear_key_head_dim=128,
        linear_value_head_dim=128, layer_types=(["linear_attention"] * 3 + ["full_attention"]) * 10)},
    "Nemotron_H_8B": llama("nemotron_h", 52, 4096, 32, 8, 21504, 131072, head_dim=128,
                           mamba_num_heads=128, mamba_head_dim=64, n_groups=8, ssm_state_size=128,
                           conv_kernel=4, hybrid_override_pattern="M-" * 24 + "*" * 4),
    "GPT2": {"model_type": "gpt2", "n_layer": 48, "n_embd": 1600, "n_head": 25, "n_positions": 1024,
             "vocab_size": 50257},
    "Pythia_12B": llama("gpt_neox", 36, 5120, 40, None, 20480, 50688, tie_word_embeddings=False),
    "Falcon_180B": {"model_type": "falcon", "num_hidden_layers": 80, "hidden_size": 14848,
                    "num_attention_heads": 232, "num_kv_heads": 8, "multi_query": True,
                    "new_decoder_architecture": True, "vocab_size": 65024, "tie_word_embeddings": False},
    "BLOOM_176B": {"model_type": "bloom", "n_layer": 70, "n_embed": 14336, "num_attention_heads": 112,
                   "vocab_size": 250880},
    "Mamba_370M": {"model_type": "mamba", "num_hidden_layers": 48, "hidden_size": 1024,
                   "vocab_size": 50280, "state_size": 16, "conv_kernel": 4, "time_step_rank": 64},
}


def facts(path):
    found = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["item"], {})[row["field"]] = row
    return found


def prepare():
    write("chips.csv", CHIPS)
    write("config.json", json.dumps({**CONFIGS["Llama3_70B"], "_name_or_path": "acme/Our-70B"}))


def published():
    shipped = facts(os.path.join(ROOT, "registry", "workload.csv"))
    for item, config in CONFIGS.items():
        write("one.json", json.dumps(config))
        got = run("registry", "add", "workload", "one.json", "--as", "Our_" + item, "--into", "many")
        expect("add " + item, got, 0, ["facts were added to many/workload.csv"], quiet=True)
    own = facts("many/workload.csv")
    check("all are there", len(own) == len(CONFIGS), list(own))
    for item in CONFIGS:
        ours, theirs = own["Our_" + item], shipped[item]
        off = float(ours["params"]["value"]) / float(theirs["params"]["value"]) - 1
        check(f"{item}: weights", abs(off) <= 0.01, off)
        if "active_params" in theirs:
            off = float(ours["active_params"]["value"]) / float(theirs["active_params"]["value"]) - 1
            check(f"{item}: active weights", abs(off) <= 0.16, off)
        for field in set(ours) & set(theirs) - {"params", "active_params", "context"}:
            same = ours[field]["value"] == theirs[field]["value"]
            check(f"{item}: {field}", same, (ours[field]["value"], theirs[field]["value"]))


def marked():
    expect("add", run("registry", "add", "hardware", "chips.csv", "--into", "facts", "--as-of",
                      "2026-11-25"), 0, ["5 facts were added to facts/hardware.csv\n"], quiet=True)
    expect("add model", run("registry", "add", "workload", "config.json", "--into", "facts"), 0,
           ["8 facts were added to facts/workload.csv\n"], quiet=True)
    row = facts("facts/hardware.csv")["Acme_X"]["flops.bf16"]
    check("a line", (row["source"], row["state"], row["accessed"], row["low"], row["note"]) ==
          ("own", "assumed", "2026-11-25", "450", "dense"), row)
    check("a text with a comma", facts("facts/hardware.csv")["Acme_X"]["title"]["value"] ==
          "Acme X, our chip")
    row = facts("facts/workload.csv")["Our_70B"]["params"]
    check("weights are counted", row["value"] == "70553706496" and row["note"] ==
          "counted by the sheet weights" and row["state"] == "assumed", row)
    ours = run("run", "roofline", "--set", "hw=Acme_X", "--set", "model=Our_70B", "--set",
               "precision=bf16", **OWN)
    expect("run with both", ours, 0, ["latency ", "assumed"], quiet=True)
    check("all results say so", ours[1].count("  assumed  ") >= 6, ours[1])
    theirs = run("run", "roofline", **OWN)
    check("what does not rest on them does not", "assumed" not in theirs[1], theirs[1])
    why = run("why", "roofline", "latency", "--set", "hw=Acme_X", "--set", "precision=bf16", **OWN)
    expect("why", why, 0, ["from @own A user's own", "assumed"])
    expect("list", run("list", "hardware", **OWN), 0, ["  Acme_X (own) ", "\n  H100  "])
    expect("list registries", run("list", "registries", **OWN), 0, ["assumed  newest"])
    items = json.loads(run("list", "hardware", "--json", **OWN)[1])["items"]
    check("list json", [one["name"] for one in items if one["own"]] == ["Acme_X"])
    expect("without the folder", run("run", "roofline", "--set", "hw=Acme_X"), 2,
           err=["--set hw=Acme_X: range: Acme_X is not in hardware"])


def homes():
    """The folder for data of the user, as the system names it."""
    os.makedirs("home")
    home = os.path.abspath("home")
    path = os.path.join(home, ".local/share/mlsysim/registry/hardware.csv")
    expect("home", run("registry", "add", "hardware", "chips.csv", HOME=home), 0, [path + "\n"])
    expect("home is read", run("list", "hardware", "--names", HOME=home), 0, ["\nAcme_X\n"])
    path = os.path.join(home, "data/mlsysim/registry/hardware.csv")
    expect("data home", run("registry", "add", "hardware", "chips.csv", HOME=home,
                            XDG_DATA_HOME=os.path.join(home, "data")), 0, [path + "\n"])
    expect("nowhere", run("registry", "add", "hardware", "chips.csv"), 2,
           err=["there is no folder for data of the user; name one with --into DIR"])


def refused():
    before = open("facts/hardware.csv", encoding="utf-8").read()
    expect("again", run("registry", "add", "hardware", "chips.csv", "--into", "facts"), 2,
           err=['chips.csv:2:1: fact: "Acme_X" is an item of hardware already; choose another name\n'])
    write("shipped.csv", CHIPS.replace("Acme_X", "H100"))
    expect("shipped", run("registry", "add", "hardware", "shipped.csv", "--into", "facts"), 2,
           err=['"H100" is an item of hardware already'])
    write("slip.csv", CHIPS.replace("Acme_X", "Acme_Y").replace("memory_bandwidth", "memory_bandwith"))
    expect("slip", run("registry", "add", "hardware", "slip.csv", "--into", "facts"), 2,
           err=['slip.csv:5:2: name: hardware has no field "memory_bandwith" (did you mean '
                'memory_bandwidth?)'])
    write("unit.csv", CHIPS.replace("Acme_X", "Acme_Y").replace("96,GB", "96,W"))
    expect("unit", run("registry", "add", "hardware", "unit.csv", "--into", "facts"), 2,
           err=["unit.csv:4:4: fact: memory_capacity is in W"])
    write("lama.json", '{"model_type": "lama"}')
    expect("family", run("registry", "add", "workload", "lama.json", "--into", "facts"), 2,
           err=["lama.json:1:16: range: model_type: lama is not in config_family (did you mean llama?)"])
    write("no.json", json.dumps(CONFIGS["GPT2"]))
    expect("no name", run("registry", "add", "workload", "no.json", "--into", "facts"), 2,
           err=["the file does not say how its model is called", "--as"])
    expect("json", run("registry", "add", "hardware", "no.json", "--into", "facts"), 2,
           err=["no.json: only the registry workload takes a configuration in JSON, not hardware"])
    expect("as", run("registry", "add", "hardware", "chips.csv", "--as", "X", "--into", "facts"), 2,
           err=["--as names the model of a config.json; the lines of a CSV name their items"])
    expect("no file", run("registry", "add", "hardware", "none.csv", "--into", "facts"), 3,
           err=["none.csv"])
    expect("verb", run("registry", "remove", "hardware", "chips.csv"), 2,
           err=["registry has no remove; usage: mlsysim registry add REGISTRY FILE"])
    expect("words", run("registry", "add", "hardware"), 2, err=["usage: mlsysim registry add"])
    expect("unknown registry", run("registry", "add", "gadget", "chips.csv", "--into", "facts"), 2,
           err=["there is no registry gadget"])
    write("file", "")
    expect("a file in the way", run("registry", "add", "hardware", "chips.csv", "--into", "file/below"),
           3, err=["file/below: file: cannot be made"])
    write("templates/weights.sheet", "sheet weights\ninput model = H100 in hardware\noutput x = 1\n")
    expect("another counter", run("registry", "add", "workload", "config.json", "--as", "Z", "--into",
                                  "facts", "--templates", "templates"), 2, err=["weights: range: Z is not in hardware"])
    write("templates/weights.sheet", "sheet weights\ninput model = GPT2 in workload\n"
          "output params [param] = missing(\"unknown\")\n")
    expect("one that does not count", run("registry", "add", "workload", "config.json", "--as", "Z",
                                          "--into", "facts", "--templates", "templates"), 2,
           err=["the sheet weights does not count the weights of Z"])
    check("nothing was changed", before == open("facts/hardware.csv", encoding="utf-8").read())
    check("nothing is left over", sorted(os.listdir("facts")) ==
          ["hardware.csv", "sources.csv", "workload.csv"], os.listdir("facts"))


def grown():
    """A folder that somebody began by hand: other sources, no line end."""
    write("begun/sources.csv", "key,kind,title,authors,year,url,accessed\nmemo,note,A memo,,,,")
    write("begun/hardware.csv", "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
          "Other,memory_capacity,8,GB,,,memo,page 1,,cited,")
    expect("grow", run("registry", "add", "hardware", "chips.csv", "--into", "begun"), 0, quiet=True)
    check("sources grew", open("begun/sources.csv").read().splitlines()[1:] ==
          ["memo,note,A memo,,,,", "own,own,A user's own,,,,"])
    check("facts grew", list(facts("begun/hardware.csv")) == ["Other", "Acme_X"])
    expect("both are read", run("list", "hardware", "--names", MLSYSIM_OWN="begun"), 0,
           ["\nOther\nAcme_X\n"], quiet=True)


def lines_lead_somewhere():
    """Each key of the shipped registry leads to an input of the sheet, each input has a key; facts of families
    are read."""
    cells = json.loads(run("run", "config", "--json", "--all")[1])["scenarios"][0]["cells"]
    inputs = {cell["path"] for cell in cells if cell["kind"] == "input"}
    keys = facts(os.path.join(ROOT, "registry", "config_key.csv"))
    check("keys", {key["means"]["value"] for key in keys.values()} == inputs,
          {key["means"]["value"] for key in keys.values()} ^ inputs)
    families = facts(os.path.join(ROOT, "registry", "config_family.csv"))
    read = {cell["path"][len("family."):] for cell in cells if cell["path"].startswith("family.")}
    check("families", set().union(*families.values()) == read, set().union(*families.values()) ^ read)


def families():
    """A family and keys that no shipped registry knows, in lines alone."""
    write("acme.json", json.dumps({"model_type": "acme", "acme_depth": 16, "hidden_size": 2048,
                                   "num_attention_heads": 16, "vocab_size": 64000,
                                   "acme_kinds": ["far", "near", "near", "near"] * 4, "sliding_window": 512}))
    write("acme_family.csv", "item,field,value,unit\nacme,layers,attention,\nacme,tied,yes,\nacme,ffn_ratio,4,\n")
    write("acme_key.csv", "item,field,value,unit\nacme_depth,means,said_layers,\n"
          "acme_kinds,means,kinds.listed,\nacme_kinds,counts,members,\n"
          "acme_near,key,acme_kinds,\nacme_near,means,kinds.listed_window,\nacme_near,counts,near,\n")
    add = "registry", "add", "workload", "acme.json", "--as", "Acme_1B", "--into", "grown"
    expect("unknown", run(*add), 2, err=["acme.json:1:16: range: model_type: acme is not in config_family"])
    expect("family", run("registry", "add", "config_family", "acme_family.csv", "--into", "grown"), 0, quiet=True)
    expect("unknown key", run(*add), 2, err=["a acme needs num_hidden_layers, which is not there"])
    expect("key", run("registry", "add", "config_key", "acme_key.csv", "--into", "grown"), 0, quiet=True)
    expect("model", run(*add), 0, ["11 facts were added"], quiet=True)
    rows = facts("grown/workload.csv")["Acme_1B"]
    found = {field: rows[field]["value"] for field in ("layers", "ffn", "tied", "window", "window_layers")}
    check("its facts", found == {"layers": "16", "ffn": "8192", "tied": "yes", "window": "512",
                                 "window_layers": "12"}, found)
    check("a value of the file", rows["layers"]["note"] == "", rows["layers"])
    check("one that is found", rows["ffn"]["note"] ==
          "found by the sheet config: The family's multiple of the width of a token", rows["ffn"])
    write("odd_family.csv", "item,field,value,unit\nodd,layers,atention,\n")
    write("odd.json", json.dumps({**CONFIGS["Llama3_70B"], "model_type": "odd"}))
    expect("odd family", run("registry", "add", "config_family", "odd_family.csv", "--into", "odd"), 0, quiet=True)
    expect("odd", run("registry", "add", "workload", "odd.json", "--as", "Odd", "--into", "odd"), 2,
           err=["a odd needs layers in config_family that is attention, pattern or state_space, which is not"])


run_parts(prepare, (published, marked, homes, refused, grown, lines_lead_somewhere,
                     families))
