/** A province-level division as numbers of the authority name it. */
export interface Province {
  /** First two digits of its GB/T 2260 code. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** One-character signs it goes by in registration numbers, the commoner first. */
  readonly signs: string;
}

/** Provinces by GB/T 2260 code; Hong Kong, Macao and Taiwan have a code but no sign in mainland numbers. */
export const PROVINCES: readonly Province[] = [
  { code: "11", zh: "北京", en: "Beijing", signs: "京" },
  { code: "12", zh: "天津", en: "Tianjin", signs: "津" },
  { code: "13", zh: "河北", en: "Hebei", signs: "冀" },
  { code: "14", zh: "山西", en: "Shanxi", signs: "晋" },
  { code: "15", zh: "内蒙古", en: "Inner Mongolia", signs: "蒙" },
  { code: "21", zh: "辽宁", en: "Liaoning", signs: "辽" },
  { code: "22", zh: "吉林", en: "Jilin", signs: "吉" },
  { code: "23", zh: "黑龙江", en: "Heilongjiang", signs: "黑" },
  { code: "31", zh: "上海", en: "Shanghai", signs: "沪" },
  { code: "32", zh: "江苏", en: "Jiangsu", signs: "苏" },
  { code: "33", zh: "浙江", en: "Zhejiang", signs: "浙" },
  { code: "34", zh: "安徽", en: "Anhui", signs: "皖" },
  { code: "35", zh: "福建", en: "Fujian", signs: "闽" },
  { code: "36", zh: "江西", en: "Jiangxi", signs: "赣" },
  { code: "37", zh: "山东", en: "Shandong", signs: "鲁" },
  { code: "41", zh: "河南", en: "Henan", signs: "豫" },
  { code: "42", zh: "湖北", en: "Hubei", signs: "鄂" },
  { code: "43", zh: "湖南", en: "Hunan", signs: "湘" },
  { code: "44", zh: "广东", en: "Guangdong", signs: "粤" },
  { code: "45", zh: "广西", en: "Guangxi", signs: "桂" },
  { code: "46", zh: "海南", en: "Hainan", signs: "琼" },
  { code: "50", zh: "重庆", en: "Chongqing", signs: "渝" },
  { code: "51", zh: "四川", en: "Sichuan", signs: "川蜀" },
  { code: "52", zh: "贵州", en: "Guizhou", signs: "黔贵" },
  { code: "53", zh: "云南", en: "Yunnan", signs: "云滇" },
  { code: "54", zh: "西藏", en: "Tibet", signs: "藏" },
  { code: "61", zh: "陕西", en: "Shaanxi", signs: "陕秦" },
  { code: "62", zh: "甘肃", en: "Gansu", signs: "甘陇" },
  { code: "63", zh: "青海", en: "Qinghai", signs: "青" },
  { code: "64", zh: "宁夏", en: "Ningxia", signs: "宁" },
  { code: "65", zh: "新疆", en: "Xinjiang", signs: "新" },
  { code: "71", zh: "台湾", en: "Taiwan", signs: "" },
  { code: "81", zh: "香港", en: "Hong Kong", signs: "" },
  { code: "82", zh: "澳门", en: "Macao", signs: "" },
];

const byCode = new Map(PROVINCES.map((province) => [province.code, province]));
const bySign = new Map(
  PROVINCES.flatMap((province) => Array.from(province.signs).map((sign) => [sign, province] as const)),
);

/** All province signs, for a character class. */
export const PROVINCE_SIGNS = [...bySign.keys()].join("");

/**
 * The province of a two-digit code or of a one-character sign.
 *
 * @example
 * provinceOf("14")?.en; // "Shanxi"
 * provinceOf("晋")?.code; // "14"
 */
export function provinceOf(codeOrSign: string): Province | undefined {
  return byCode.get(codeOrSign) ?? bySign.get(codeOrSign);
}
