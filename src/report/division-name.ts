import type { DivisionRow } from "./division-rows.ts";

/** Peoples that names of autonomous divisions end with, before 自治区, 自治州, 自治县 or 自治旗. */
const PEOPLES =
  "阿昌 白 保安 布朗 布依 朝鲜 达斡尔 傣 德昂 东乡 侗 独龙 俄罗斯 鄂伦春 鄂温克 仡佬 哈尼 哈萨克 赫哲 回 基诺 京 景颇 柯尔克孜 拉祜 黎 " +
  "傈僳 珞巴 满 毛南 门巴 蒙古 苗 仫佬 纳西 怒 普米 羌 撒拉 畲 水 塔吉克 塔塔尔 土家 土 佤 维吾尔 乌孜别克 锡伯 瑶 彝 裕固 藏 壮 各";
const autonomous = new RegExp(`(?:(?:${PEOPLES.split(" ").join("|")})族?)+自治[区州县旗]$`);

/**
 * A region cell as names are compared: half-width, without blanks and the marks that join the levels (`-`, `/`, `>`, `,` …).
 */
export function divisionText(text: string): string {
  return text.normalize("NFKC").replace(/[\s\-/>,、·|_]/g, "");
}

/**
 * Shorter names a division goes by: 太原 for 太原市, 延边 and 延边州 for 延边朝鲜族自治州, 内蒙古 for 内蒙古自治区. Never a single
 * character, so 城区 has none.
 */
export function shortNames(row: DivisionRow): readonly string[] {
  const { name } = row;
  // 林区 is a kind of division once only: 万柏林区 is the district 万柏林.
  const plain = name.replace(/(?:自治[区州县旗]|特别行政区|地区|(?<=神农架)林区|特区|[省市县区盟州旗])$/, "");
  const peopled = name.replace(autonomous, "");
  // 内蒙古自治区 would lose all but 内.
  const stem = peopled === name || peopled.length < 2 ? plain : peopled;
  if (stem.length < 2 || stem === name) return [];
  return name.endsWith("自治州") ? [stem, `${stem}州`] : [stem];
}
