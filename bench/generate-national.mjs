// Made-up rows of the Chinese national exports, with the documented headers. Names, numbers and texts are invented; the shapes are
// those of the exports: many columns of few values, product and unit names, dates with and without a time, long texts, lists.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { draws, zipf } from "./generate.mjs";

const fixture = (name) => readFileSync(join(import.meta.dirname, "../test/fixtures/national", name), "utf8");

/** Columns of a header that a file of 60 columns goes without. */
const LEFT_OUT = new Set([
  "民族",
  "家族药品不良反应/事件",
  "后遗症表现",
  "直接死因",
  "对原患疾病影响",
  "电子邮箱",
  "县评价时间",
  "国家评价时间",
  "提交人",
]);

/** The header of a fixture, and its columns by name; the second 伤害 is `伤害#2`. */
function header(file, line, leftOut = new Set()) {
  const names = fixture(file)
    .split("\r\n")
    [line].split(",")
    .filter((name) => !leftOut.has(name));
  const times = new Map();
  const keys = names.map((name) => {
    const form = name.replace(/\*$/, "");
    const time = (times.get(form) ?? 0) + 1;
    times.set(form, time);
    return time === 1 ? form : `${form}#${time}`;
  });
  return { names, row: (values) => keys.map((key) => values[key] ?? "") };
}

const SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗".split("");
const COUNTIES = Array.from({ length: 117 }, (_, i) => `测试省测试${Math.floor(i / 10) + 1}市第${(i % 10) + 1}县`);
const UNITS = Array.from(
  { length: 900 },
  (_, i) => `测试${(i % 12) + 1}市第${i + 1}${["人民医院", "中医院", "卫生院", "大药房"][i % 4]}`,
);
const DRUGS = Array.from(
  { length: 2_400 },
  (_, i) =>
    `测试${"头孢阿奇左氧甲硝奥美氨溴复方布洛卡托"[i % 18]}${"曲唑沙林星酮素芬平宁"[Math.floor(i / 18) % 10]}${i}${["注射液", "片", "胶囊", "颗粒"][i % 4]}`,
);
const MAKERS = Array.from({ length: 700 }, (_, i) => `虚构${i + 1}号制药（集团）股份有限公司`);
const TERMS = Array.from(
  { length: 1_200 },
  (_, i) =>
    `${["皮疹", "瘙痒", "恶心", "呕吐", "头晕", "胸闷", "发热", "寒战", "腹泻", "过敏样反应"][i % 10]}${i < 10 ? "" : `型${Math.floor(i / 10)}`}`,
);
const ILLNESSES = Array.from(
  { length: 300 },
  (_, i) => `${["上呼吸道感染", "高血压", "肺炎", "糖尿病", "胃炎"][i % 5]}${i < 5 ? "" : i}`,
);
const drugOf = zipf(DRUGS.length, 1.05, 3, 11);
const termOf = zipf(TERMS.length, 1.1, 5, 12);

const iso = (day) => new Date(day * 864e5).toISOString().slice(0, 10);
const two = (n) => String(n).padStart(2, "0");
const clock = (d) => ` ${two(d.next(24))}:${two(d.next(60))}:${two(d.next(60))}`;
const name = (d) => `${d.pick(SURNAMES)}某${d.pick("甲乙丙丁")}`;
const zipfPick = (d, table, list) => list[table[d.next(table.length)]];
const terms = (d) => Array.from({ length: 1 + d.next(3) }, () => zipfPick(d, termOf, TERMS)).join("；");

/** A report's free text; one in five holds what a CSV has to quote: commas, quotation marks, line breaks. */
function story(d, drug, illness) {
  const plain = `患者因${illness}就诊，给予${drug}静脉滴注，约${1 + d.next(50)}分钟后出现皮肤潮红、瘙痒、心慌不适，立即停药，给予吸氧及对症处理，${1 + d.next(20)}小时后症状缓解。`;
  return d.chance(0.2)
    ? `${plain}\r\n查体：T ${36 + d.next(4)}.${d.next(10)}℃, P ${60 + d.next(60)}, BP "${90 + d.next(50)}/${60 + d.next(30)}"mmHg`
    : plain;
}

/** Drug reports of which every hundredth is a follow-up of the one before. */
export const adrFollowUps = (n) => Math.floor(n / 100);

/** Rows of 60 columns, one a report × product: 1.25 rows a report. */
export function* nationalAdr(n, seed = 1) {
  const { names, row } = header("adr.csv", 1, LEFT_OUT);
  if (names.length !== 60) throw new Error(`expected 60 columns, found ${names.length}`);
  yield names;
  for (let i = 0; i < n; i++) {
    const follows = i % 100 === 99;
    const d = draws(seed, follows ? i - 1 : i);
    const event = 18_628 + d.next(1_780);
    const reported = event + d.next(20);
    const severe = d.chance(0.08);
    const illness = d.pick(ILLNESSES);
    const products = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3][d.next(20)];
    const drugs = Array.from({ length: products }, () => d.next(drugOf.length));
    const report = {
      报告表编码: `33${String(20_210_000_000_000_000n + BigInt(follows ? i - 1 : i))}`.padEnd(20, "0"),
      "首次/跟踪报告": follows ? "跟踪报告" : "首次报告",
      "报告类型-新的": d.chance(0.2) ? "新的" : "",
      "报告类型-严重程度": severe ? "严重" : "一般",
      严重药品不良反应: severe ? d.pick(["导致住院或住院时间延长", "危及生命", "导致住院或住院时间延长;危及生命"]) : "",
      报告单位类别: "医疗机构",
      信息来源: "医疗机构",
      患者姓名: name(d),
      性别: d.pick(["男", "女"]),
      出生日期: iso(-12_000 + d.next(28_000)),
      年龄: String(1 + d.next(90)),
      年龄单位: "岁",
      体重: String(40 + d.next(50)),
      联系电话: d.chance(0.5) ? `000${d.next(100_000_000)}` : "-未填写-",
      原患疾病: illness,
      医院名称: d.pick(UNITS),
      "病历号/门诊号": `B${d.next(10_000_000)}`,
      "既往药品不良反应/事件": d.pick(["无", "不详", "有"]),
      相关重要信息: d.chance(0.1) ? "过敏史" : "无",
      不良反应名称: terms(d),
      不良反应发生时间: `${iso(event)}${clock(d)}`,
      不良反应过程描述: story(d, DRUGS[drugOf[drugs[0]]], illness),
      不良反应结果: d.pick(["痊愈", "好转", "好转", "未好转", "不详"]),
      停药减药后反应是否减轻或消失: d.pick(["是", "是", "不明", "未停药或未减量"]),
      再次使用可疑药是否出现同样反应: "未再使用",
      报告人评价: d.pick(["可能", "很可能", "肯定"]),
      报告单位评价: d.pick(["可能", "很可能", "肯定"]),
      评价状态: "已评价",
      市评价: d.chance(0.6) ? d.pick(["可能", "很可能"]) : "",
      省评价: d.chance(0.3) ? d.pick(["可能", "很可能"]) : "",
      市评价时间: d.chance(0.6) ? iso(reported + 10) : "",
      省评价时间: d.chance(0.3) ? iso(reported + 30) : "",
      报告人职业: d.pick(["医生", "护士", "药师"]),
      报告人签名: name(d),
      报告地区名称: d.pick(COUNTIES),
      报告日期: iso(reported),
      国家中心接收时间: `${iso(reported + d.next(5) + (follows ? 30 : 0))}${clock(d)}`,
      报告状态: "已接收",
    };
    for (const [k, drug] of drugs.entries()) {
      const code = drugOf[drug];
      yield row({
        ...report,
        药品序号: String(k + 1),
        "怀疑/并用": k === 0 || d.chance(0.5) ? "怀疑" : "并用",
        批准文号: `国药准字H${String(20_000_000 + code)}`,
        商品名称: d.chance(0.3) ? `虚构商品${code}` : "",
        通用名称: DRUGS[code],
        剂型: ["注射剂", "片剂", "胶囊剂", "颗粒剂"][code % 4],
        规格: `${1 + (code % 9)}00mg`,
        生产厂家: MAKERS[code % MAKERS.length],
        生产批号: d.chance(0.8) ? `21${two(1 + d.next(12))}${two(1 + d.next(28))}${1 + d.next(3)}` : "不详",
        用量: String(1 + d.next(9)),
        用量单位: "g",
        "用法-日": "1",
        "用法-次": String(1 + d.next(3)),
        给药途径: d.pick(["静脉滴注", "口服", "肌内注射"]),
        用药开始时间: iso(event - d.next(5)),
        用药终止时间: iso(event),
        用药原因: illness,
      });
    }
  }
}

/** One row a report. */
export function* nationalDevice(n, seed = 2) {
  const { names, row } = header("device.csv", 0);
  yield names;
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const event = 18_628 + d.next(1_780);
    const device = d.next(600);
    const harm = d.pick(["其他", "其他", "其他", "严重伤害", "死亡"]);
    yield row({
      报告编码: `D33${20_210_000_000 + i}`,
      报告日期: iso(event + d.next(20)),
      报告人: name(d),
      单位名称: d.pick(UNITS),
      联系电话: `000${d.next(100_000_000)}`,
      产品名称: `虚构${["输液泵", "导管", "注射器", "血糖仪"][device % 4]}${device}`,
      "注册证编号/曾用注册证编号": `测械注准2022214${String(device).padStart(4, "0")}`,
      型号: `X-${device}`,
      规格: "500ml",
      产地: "国产",
      管理类别: d.pick(["Ⅱ类", "Ⅲ类"]),
      产品类别: d.pick(["有源", "无源"]),
      产品批号: `22${two(1 + d.next(12))}${two(1 + d.next(28))}`,
      产品编号: `SN-${d.next(1_000_000)}`,
      生产日期: iso(event - 300),
      有效期至: iso(event + 700),
      上市许可持有人名称: `虚构${device % 90}号器械公司`,
      事件发生日期: `${iso(event)}${d.chance(0.3) ? clock(d) : ""}`,
      发现或获知日期: iso(event + 1),
      伤害: harm,
      伤害表现: d.pick(["无", "出血", "局部红肿；疼痛", "发热"]),
      器械故障表现: d.pick(["流速不准；报警失灵", "漏液", "断裂", "无"]),
      姓名: name(d),
      年龄: String(1 + d.next(90)),
      年龄类型: "岁",
      性别: d.pick(["男", "女"]),
      病历号: `T${d.next(10_000_000)}`,
      器械使用日期: iso(event),
      使用场所: "医疗机构",
      使用过程: story(d, "虚构器械", d.pick(ILLNESSES)),
      事件原因分析: "产品原因（包括说明书等）",
      上报单位所属地区: d.pick(COUNTIES),
      医疗机构类别: "三级",
      经营企业或使用单位: "使用单位",
      经营企业使用单位报告状态: "审核通过",
      持有人报告状态: "待评价",
      关联性评价: "与产品有关",
      "伤害#2": d.chance(0.3) ? harm : "",
      是否为错报误报报告: "否",
      是否合并报告: "否",
    });
  }
}

/** One row a report. */
export function* nationalCosmetic(n, seed = 3) {
  const { names, row } = header("cosmetic.csv", 1);
  yield names;
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const event = 18_993 + d.next(1_400);
    const product = d.next(3_000);
    yield row({
      报告表编号: String(99_000_000 + i),
      报告类型: d.chance(0.02) ? "严重" : "一般",
      报告地区: d.pick(COUNTIES),
      报告单位名称: d.pick(UNITS),
      报告单位类型: "医疗卫生机构",
      "患者/消费者姓名": name(d),
      性别: d.chance(0.9) ? "女" : "男",
      年龄: String(15 + d.next(60)),
      年龄单位: "岁",
      化妆品过敏史: d.pick(["无", "不详", "有"]),
      开始使用日期: iso(event - d.next(10)),
      不良反应发生日期: iso(event),
      潜伏期: `${d.next(10)}天`,
      自觉症状: d.pick(["瘙痒、灼热感", "疼痛", "紧绷感；瘙痒"]),
      皮损部位: "面部(额部、颊部)",
      皮损形态: d.pick(["红斑；丘疹", "水肿", "红斑；脱屑"]),
      其他损害: "无",
      初步判断: "化妆品接触性皮炎",
      过程描述补充说明: story(d, "虚构面霜", "护肤"),
      化妆品名称: `虚构${["面霜", "面膜", "染发膏", "洗发水"][product % 4]}${product}`,
      化妆品分类: d.chance(0.8) ? "普通化妆品" : "特殊化妆品",
      生产企业: `虚构${product % 300}号日化`,
      生产批号: `L22${two(1 + d.next(12))}`,
      "特殊化妆品注册证书编号/普通化妆品备案编号": `测G妆网备字${2_022_000_000 + product}`,
      上报单位评价结果: d.pick(["可能", "很可能"]),
      省级评价结果: d.chance(0.5) ? d.pick(["可能", "肯定"]) : "",
      报告日期: iso(event + d.next(20)),
    });
  }
}

/** Case cards with one to three vaccines. */
export function* aefiCards(n, seed = 4) {
  const { names, row } = header("aefi-card.csv", 0);
  yield names;
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const given = 18_628 + d.next(1_780);
    // 117 counties × 5 years, numbered within each.
    const [county, year] = [i % 117, 2021 + (Math.floor(i / 117) % 5)];
    const values = {
      编码: `33${two(1 + (county % 12))}${two(1 + Math.floor(county / 12))}${year}${String(Math.floor(i / 585) + 1).padStart(4, "0")}`,
      姓名: name(d),
      性别: String(1 + d.next(2)),
      出生日期: iso(given - 60 - d.next(2_000)),
      反应发生日期: iso(given + d.next(3)),
      "发现/就诊日期": iso(given + 3),
      "发热(腋温℃)": d.pick(["1", "2", "3", ""]),
      "局部红肿(直径cm)": d.pick(["1", "2", "4"]),
      "局部硬结(直径cm)": "4",
      初步临床诊断: d.pick(["过敏性皮疹", "发热", "热性惊厥", "05"]),
      是否住院: d.chance(0.05) ? "1" : "2",
      病人转归: d.pick(["1", "2", "2"]),
      初步分类: d.pick(["1", "2"]),
      反应分类: d.pick(["1", "2"]),
      报告日期: iso(given + 4),
      报告单位: d.pick(UNITS),
    };
    const vaccines = 1 + (d.chance(0.3) ? 1 : 0) + (d.chance(0.1) ? 1 : 0);
    for (let v = 1; v <= vaccines; v++) {
      const mark = v === 1 ? "" : `#${v}`;
      const vaccine = d.next(60);
      Object.assign(values, {
        [`疫苗名称${mark}`]: `虚构疫苗${vaccine}`,
        [`生产企业${mark}`]: `虚构生物${vaccine % 20}`,
        [`疫苗批号${mark}`]: `20${two(20 + d.next(5))}${two(1 + d.next(12))}A`,
        [`接种日期${mark}`]: iso(given),
        [`接种剂次${mark}`]: String(1 + d.next(4)),
        [`接种剂量(ml或粒)${mark}`]: "0.5",
        [`接种途径${mark}`]: "肌内注射",
      });
    }
    yield row(values);
  }
}

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Rows as lines of a CSV file. */
export function* csvLines(rows) {
  for (const row of rows) yield `${row.map(quoted).join(",")}\r\n`;
}

let codes;
/** GB18030 bytes of a text of characters that have one or two bytes in it. */
export function gb18030(text) {
  if (codes === undefined) {
    codes = new Uint16Array(65_536);
    const decoder = new TextDecoder("gb18030");
    for (let lead = 0x81; lead < 0xff; lead++) {
      for (let trail = 0x40; trail < 0xff; trail++) {
        if (trail === 0x7f) continue;
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if (character.length === 1 && character !== "\ufffd") codes[character.charCodeAt(0)] = (lead << 8) | trail;
      }
    }
  }
  const bytes = Buffer.allocUnsafe(text.length * 2);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes[at++] = unit;
    else if (codes[unit] === 0) throw new Error(`no two bytes for ${text[i]}`);
    else at = bytes.writeUInt16BE(codes[unit], at);
  }
  return bytes.subarray(0, at);
}
