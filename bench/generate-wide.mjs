// A made-up drug export of 28 columns in Chinese: about 376 bytes a row, a quarter of the rows with a quoted narrative.
import { draws, zipf } from "./generate.mjs";

const NAMES = [..."阿奥苯布达地丁恩芬格卡环甲罗洛美那尼诺帕普瑞沙舒司他替头维西辛叶依左"];
const word = (k, length) =>
  Array.from({ length }, (_, i) => NAMES[(k * (7 + 2 * i) + (k >> (3 * i + 2)) + i) % NAMES.length]).join("");
const PRODUCTS = Array.from({ length: 3_000 }, (_, i) => `${word(i, 3)}${i}片`);
const MAKERS = Array.from({ length: 700 }, (_, i) => `${word(i, 2)}${i}制药有限公司`);
const EVENTS = Array.from({ length: 1_500 }, (_, i) => `${word(i, 2)}${i}反应`);
const UNITS = Array.from({ length: 2_000 }, (_, i) => `第${i}人民医院`);
const REASONS = Array.from({ length: 300 }, (_, i) => `${word(i, 2)}${i}病`);
const productOf = zipf(PRODUCTS.length, 1.05, 3, 31);
const eventOf = zipf(EVENTS.length, 1.05, 5, 32);
const PHRASES = [
  "患者用药后约三十分钟出现皮肤潮红、瘙痒，",
  '伴有轻度不适，"未见"其他异常，既往无药物过敏史，',
  "立即停药并给予对症处理，",
  "生命体征平稳，",
  "两日后好转出院。\n随访无特殊",
];
const iso = (day) => new Date(day * 864e5).toISOString().slice(0, 10);
const DAYS = Array.from({ length: 4_000 }, (_, i) => iso(17_000 + i));

export const WIDE_COLUMNS =
  "报告编号,版本,接收日期,发生日期,报告单位,地区代码,国家,报告人,性别,年龄,年龄单位,体重,药品名称,通用名称,生产企业,批号,批准文号,怀疑并用,给药途径,用法用量,用药开始,用药结束,用药原因,不良反应,结果,严重程度,经办编号,过程描述";

/** How `readMapped` is told of it; of the 28 columns all but the narrative are read, which is kept only when asked for. */
export const WIDE_MAPPING = {
  source: "wide",
  domain: "drug",
  id: "报告编号",
  version: "版本",
  receivedDate: "接收日期",
  eventDate: "发生日期",
  unit: "报告单位",
  region: "地区代码",
  country: "国家",
  reporter: "报告人",
  sex: "性别",
  age: { column: "年龄", unit: { column: "年龄单位", codes: { 岁: "year", 月: "month", 天: "day" } } },
  weight: "体重",
  product: {
    name: "药品名称",
    ingredient: "通用名称",
    manufacturer: "生产企业",
    lot: { column: "批号", separator: ";" },
    code: "批准文号",
    role: { column: "怀疑并用", codes: { 怀疑: "suspect", 并用: "concomitant" } },
    route: "给药途径",
    dose: "用法用量",
    start: "用药开始",
    end: "用药结束",
    indication: "用药原因",
  },
  event: {
    term: "不良反应",
    separator: ";",
    outcome: {
      column: "结果",
      codes: { 治愈: "recovered", 好转: "recovering", 未好转: "not-recovered", 死亡: "fatal", 不详: "unknown" },
    },
  },
  serious: {
    column: "严重程度",
    separator: ";",
    codes: { 一般: "none", 住院: "hospitalisation", 危及生命: "life-threatening", 死亡: "death" },
  },
  eventKey: "经办编号",
  narrative: "过程描述",
};

/** The rows, a few thousand at a time. */
export function* wideCsv(n, seed = 41) {
  let text = `${WIDE_COLUMNS}\n`;
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const product = productOf[d.next(productOf.length)];
    const day = 20 + d.next(3_900);
    const events = [...new Set(Array.from({ length: 1 + d.next(4) }, () => EVENTS[eventOf[d.next(eventOf.length)]]))];
    const narrative = d.chance(0.25)
      ? `"${Array.from({ length: 3 + d.next(3) }, (_, k) => PHRASES[k].replaceAll('"', '""')).join("")}"`
      : "无";
    text += `R${31_000_000_000 + i},${1 + (i % 3 === 0)},${DAYS[day]},${DAYS[day - d.next(20)]},${UNITS[d.next(2_000)]},${500_101 + d.next(40)},CN,${d.pick(["医师", "药师", "护士", "患者"])},${d.pick("男女")},${1 + d.next(90)},岁,${40 + d.next(50)}.${d.next(10)},${PRODUCTS[product]},${PRODUCTS[product].slice(0, 3)},${MAKERS[product % 700]},${d.chance(0.7) ? `2${d.next(90_000)}` : ""},国药准字H${20_000_000 + product},${d.chance(0.8) ? "怀疑" : "并用"},${d.pick(["口服", "静脉滴注", "肌内注射"])},每次${1 + d.next(4)}片 每日${1 + d.next(3)}次,${DAYS[day - 5]},${DAYS[day]},${REASONS[d.next(300)]},${events.join(";")},${d.pick(["治愈", "好转", "未好转", "不详"])},${d.chance(0.85) ? "一般" : "住院"},${i % 977},${narrative}\n`;
    if (text.length > 1_000_000 || i === n - 1) {
      yield text;
      text = "";
    }
  }
}
