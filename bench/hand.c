/* What the engine is measured against: each workload written by hand in C, for its one shape, with
   no names, units or errors. Compiled for the machine at hand with all that does not change values:
   see meson.build. */
#include "hand.h"

#include <math.h>

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

void hand_batch60(size_t count, const double *in, double *out) {
  for (size_t i = 0; i < count; i++, in += 20, out += 6) {
    const double params_b = in[0], layers = in[1], kv_dim = in[2], bytes_w = in[3],
                 bytes_kv = in[4], prompt = in[5], out_tokens = in[6], batch = in[7], n_gpu = in[8],
                 peak_tflops = in[9], hbm_gbs = in[10], hbm_gib = in[11], link_gbs = in[12],
                 mfu = in[13], mbu = in[14], gpu_price = in[15], power_w = in[16], pue = in[17],
                 elec_price = in[18], req_rate = in[19];
    const double params = params_b * 1000000000.0;
    const double d_model = sqrt(params / (12.0 * layers));
    const double w_bytes = params * bytes_w;
    const double kv_tok = 2.0 * layers * kv_dim * bytes_kv;
    const double ctx = prompt + out_tokens;
    const double ctx_avg = prompt + out_tokens / 2.0;
    const double kv_seq = kv_tok * ctx;
    const double hbm_tot = n_gpu * hbm_gib * 1073741824.0;
    const double act_bytes = 0.05 * w_bytes / n_gpu + batch * d_model * 64.0;
    const double mem_free = most(hbm_tot * 0.92 - w_bytes - act_bytes, 0.0);
    const double fits = (hbm_tot * 0.92 > w_bytes + act_bytes ? 1.0 : 0.0);
    const double max_seqs = mem_free / kv_seq;
    const double eff_batch = most(1.0, least(batch, max_seqs));
    const double flops_tok = 2.0 * params + 4.0 * layers * d_model * ctx_avg;
    const double flops_prefill = prompt * (2.0 * params + 2.0 * layers * d_model * prompt);
    const double peak = n_gpu * peak_tflops * 1000000000000.0;
    const double bw = n_gpu * hbm_gbs * 1000000000.0;
    const double ridge = peak / bw;
    const double bytes_prefill = w_bytes + prompt * kv_tok;
    const double ai_prefill = flops_prefill / bytes_prefill;
    const double t_pf_comp = flops_prefill / (peak * mfu);
    const double t_pf_mem = bytes_prefill / (bw * mbu);
    const double comm_tok = (n_gpu > 1.0 ? 8.0 * layers * d_model * (n_gpu - 1.0) / n_gpu : 0.0);
    const double t_pf_comm = prompt * comm_tok / (link_gbs * 1000000000.0);
    const double t_prefill = most(t_pf_comp, t_pf_mem) + t_pf_comm * 0.5;
    const double bytes_step = w_bytes + eff_batch * kv_tok * ctx_avg;
    const double flops_step = eff_batch * flops_tok;
    const double ai_decode = flops_step / bytes_step;
    const double t_st_comp = flops_step / (peak * least(0.9, mfu * 1.2));
    const double t_st_mem = bytes_step / (bw * mbu);
    const double t_st_comm =
        eff_batch * comm_tok / (link_gbs * 1000000000.0) + (n_gpu > 1.0 ? layers * 0.00001 : 0.0);
    const double t_step = most(t_st_comp, t_st_mem) + t_st_comm;
    const double t_decode = out_tokens * t_step;
    const double bound = (t_st_mem > t_st_comp ? 1.0 : 0.0);
    const double roof_decode = least(peak, ai_decode * bw);
    const double util_decode = flops_step / (t_step * roof_decode);
    const double t_service = t_prefill * eff_batch + t_decode;
    const double thr_req = eff_batch / t_service;
    const double thr_tok = thr_req * out_tokens;
    const double rho = req_rate / thr_req;
    const double replicas = floor(rho / 0.8) + 1.0;
    const double rho_r = rho / replicas;
    const double svc_req = t_service / eff_batch;
    const double wait_time = svc_req * rho_r / (1.0 - rho_r) / 2.0;
    const double ttft = wait_time + t_prefill;
    const double tpot = t_step;
    const double latency = ttft + t_decode;
    const double p99_wait = wait_time * 4.605;
    const double p99_ttft = p99_wait + t_prefill;
    const double slo_ok = (p99_ttft < 20.0 ? (tpot < 0.05 ? 1.0 : 0.0) : 0.0);
    const double gpus = replicas * n_gpu;
    const double power_kw = gpus * power_w * (0.3 + 0.7 * least(1.0, rho_r)) * pue / 1000.0;
    const double energy_cost_h = power_kw * elec_price;
    const double gpu_cost_h = gpus * gpu_price;
    const double cost_h = gpu_cost_h + energy_cost_h;
    const double tok_h = req_rate * out_tokens * 3600.0;
    const double cost_mtok = cost_h / tok_h * 1000000.0;
    const double j_per_tok = power_kw * 1000.0 / (req_rate * out_tokens);
    const double decay = exp(-p99_ttft / 20.0);
    const double score = fits * (0.1 + slo_ok) * decay / (cost_mtok + 0.01) +
                         (bound > 0.0 ? 0.001 : 0.002) * util_decode +
                         ai_prefill / ridge * 0.000001;
    out[0] = cost_mtok;
    out[1] = latency;
    out[2] = thr_tok;
    out[3] = util_decode;
    out[4] = j_per_tok;
    out[5] = score;
  }
}

static void wide_row(double *row) {
  const double x_a = row[0], x_b = row[1], x_c = row[2], x_d = row[3], x_e = row[4], x_f = row[5],
               x_g = row[6], x_h = row[7], x_i = row[8], x_j = row[9];
  const double x_k = x_a + x_b;
  const double x_l = x_k - x_c;
  const double x_m = x_k * x_d;
  const double x_n = x_m / x_e;
  const double x_o = least(x_k, x_f);
  const double x_p = most(x_l, x_g);
  const double x_q = sqrt(x_k);
  const double x_r = exp(-x_h * x_a);
  const double x_s = (x_a > x_i ? x_k : x_l);
  const double x_t = x_m + x_n;
  const double x_u = x_n / (1.0 + x_m * x_m);
  const double x_v = least(least(x_o, x_q), x_r);
  const double x_w = most(most(x_p, x_s), x_j);
  const double x_x = sqrt(x_t * x_t + 1.0);
  const double x_y = exp(-x_u * x_u);
  const double x_z = (x_v < x_w ? x_v * 2.0 : x_w / 2.0);
  const double x_aa = x_s + x_t - x_u;
  const double x_ab = x_x * x_y + x_z;
  const double x_ac = x_aa / (1.0 + x_ab * x_ab);
  const double x_ad = (x_ac > 0.5 ? most(x_ab, x_ac) : least(x_ab, x_ac) + x_p * 0.1);
  row[10] = x_k;
  row[11] = x_l;
  row[12] = x_m;
  row[13] = x_n;
  row[14] = x_o;
  row[15] = x_p;
  row[16] = x_q;
  row[17] = x_r;
  row[18] = x_s;
  row[19] = x_t;
  row[20] = x_u;
  row[21] = x_v;
  row[22] = x_w;
  row[23] = x_x;
  row[24] = x_y;
  row[25] = x_z;
  row[26] = x_aa;
  row[27] = x_ab;
  row[28] = x_ac;
  row[29] = x_ad;
}

double hand_wide(size_t rows, double *cells) {
  double total = 0;
  for (size_t i = 0; i < rows; i++, cells += HAND_WIDE) {
    wide_row(cells);
    total += cells[HAND_WIDE - 1];
  }
  return total;
}

double hand_linear(size_t rows, double start, const double *add, double *out) {
  double value = start;
  for (size_t i = 0; i < rows; i++) out[i] = value = value * 1.0000001 + add[i];
  return value;
}

double hand_bent(size_t rows, double start, const double *add, double *out) {
  double value = start;
  for (size_t i = 0; i < rows; i++) out[i] = value = most(value * 0.5, add[i]) + 1 / (1 + value);
  return value;
}
