/**
 * Dosage forms at the end of Chinese generic names (and `注射用` before them). Taken off only when asked: 六味地黄丸 and
 * 六味地黄胶囊 become one product by it. The solvent of an infusion (左氧氟沙星氯化钠注射液) stays: to take it off would make
 * glucose of 葡萄糖氯化钠注射液.
 */
export const CHINESE_DOSE_FORMS: readonly string[] = [
  ..."片 素片 薄膜衣片 糖衣片 包衣片 分散片 缓释片 控释片 肠溶片 肠溶缓释片 咀嚼片 泡腾片 含片 舌下片 口腔崩解片 口崩片 口腔贴片 阴道片 阴道泡腾片 可溶片 双层片".split(
    " ",
  ),
  ..."胶囊 胶囊剂 软胶囊 硬胶囊 缓释胶囊 控释胶囊 肠溶胶囊 肠溶软胶囊 阴道胶囊 胶丸".split(" "),
  ..."颗粒 颗粒剂 细粒剂 无糖颗粒 混悬颗粒 泡腾颗粒 肠溶颗粒 缓释颗粒 冲剂 散 散剂 干混悬剂 粉剂".split(" "),
  ..."丸 蜜丸 大蜜丸 小蜜丸 水蜜丸 水丸 浓缩丸 糊丸 滴丸 微丸".split(" "),
  ..."注射液 注射剂 乳状注射液 粉针 粉针剂 冻干粉针 冻干粉针剂 针剂 大输液 输液".split(" "),
  ..."口服液 口服溶液 口服溶液剂 口服混悬液 混悬液 口服乳 乳剂 溶液 溶液剂 糖浆 糖浆剂 合剂 酊 酊剂 酏剂 滴剂 口服滴剂 煎膏剂 膏滋".split(
    " ",
  ),
  ..."乳膏 乳膏剂 软膏 软膏剂 眼膏 凝胶 凝胶剂 眼用凝胶 贴膏 贴剂 贴片 透皮贴剂 橡胶膏 搽剂 洗剂 擦剂 涂剂 涂膜剂 喷雾剂 气雾剂 吸入气雾剂 粉雾剂 吸入粉雾剂 吸入剂 吸入溶液 雾化吸入溶液 鼻喷雾剂 喷剂 含漱液".split(
    " ",
  ),
  ..."滴眼液 滴眼剂 眼药水 滴耳液 滴鼻液 滴鼻剂 栓 栓剂 阴道栓 灌肠液 灌肠剂 植入剂".split(" "),
];

/** Names that end like a dosage form and are none. */
export const NOT_DOSE_FORMS: readonly string[] = ["阿片", "鸦片"];

/** Units that a strength is given in. */
export const STRENGTH_UNITS: readonly string[] =
  "mg g kg µg μg ug mcg ng ml l µl μl iu u ku miu mmol mol meq mbq gbq kbq mci % ‰ 毫克 克 千克 微克 毫升 升 单位 万单位 国际单位 万国际单位 万u 万iu 亿".split(
    " ",
  );
/** Units of a pack. */
export const PACK_UNITS: readonly string[] =
  "片 粒 支 袋 瓶 丸 盒 板 包 贴 枚 s tablets tablet tabs capsules capsule caps vials vial ampoules bags".split(" ");
