"""A small house to understand sentences about."""

from voiced.core.house import Area, Entity, House

_DIMMED = frozenset({"brightness"})
_COLORED = frozenset({"brightness", "color", "color-temperature"})
_MEDIA = frozenset({"volume", "tracks"})

HOUSE = House(
    entities=(
        Entity("light.kitchen", "light", ("Kitchen light", "厨房灯"), "Kitchen", features=_DIMMED),
        Entity("light.counter", "light", ("Counter strip", "灯带"), "Kitchen", features=_COLORED),
        Entity("light.ceiling", "light", ("Ceiling light", "吸顶灯"), "Living room", features=_DIMMED),
        Entity("light.floor_lamp", "light", ("Reading lamp", "落地灯"), "Living room", features=_COLORED),
        Entity("light.bedroom_lamp", "light", ("Bedroom lamp", "卧室台灯"), "Bedroom", features=_COLORED),
        Entity("light.desk_lamp", "light", ("Desk lamp", "书房台灯"), "Study", features=_DIMMED),
        Entity("switch.coffee", "switch", ("Coffee machine", "咖啡机"), "Kitchen"),
        Entity("switch.heater", "switch", ("Bathroom heater", "浴霸"), "Bathroom"),
        Entity(
            "cover.living",
            "cover",
            ("Living room blinds", "客厅百叶窗"),
            "Living room",
            "blind",
            frozenset({"position"}),
        ),
        Entity(
            "cover.bedroom", "cover", ("Bedroom curtains", "卧室窗帘"), "Bedroom", "curtain", frozenset({"position"})
        ),
        Entity("cover.garage", "cover", ("Garage door", "车库门"), "Garage", "garage"),
        Entity(
            "fan.bedroom",
            "fan",
            ("Ceiling fan", "吊扇"),
            "Bedroom",
            features=frozenset({"speed", "mode", "swing", "direction"}),
            options=("sleep", "turbo"),
        ),
        Entity(
            "climate.living",
            "climate",
            ("Living room thermostat", "客厅空调"),
            "Living room",
            features=frozenset({"temperature", "humidity", "mode", "fan-mode", "swing"}),
            options=("off", "heat", "cool", "auto", "eco", "low", "high", "vertical"),
        ),
        Entity("lock.front", "lock", ("Front door", "大门"), "Hall"),
        Entity("lock.back", "lock", ("Back door lock", "后门锁"), "Kitchen"),
        Entity("media_player.tv", "media_player", ("TV", "电视"), "Living room", features=_MEDIA),
        Entity("media_player.radio", "media_player", ("Kitchen radio", "收音机"), "Kitchen", features=_MEDIA),
        Entity("scene.movie", "scene", ("Movie night", "观影模式")),
        Entity("scene.sleep", "scene", ("Good night", "晚安")),
        Entity("button.feeder", "button", ("Cat feeder", "喂猫器")),
        Entity("number.boiler", "number", ("Boiler pressure limit", "锅炉压力"), lowest=0, highest=10),
        Entity("select.washer", "select", ("Washing machine program", "洗衣程序"), options=("cotton", "wool", "棉质")),
        Entity(
            "sensor.bedroom_temp", "sensor", ("Bedroom temperature", "卧室温度计"), "Bedroom", "temperature", unit="°C"
        ),
        Entity("sensor.bath_humidity", "sensor", ("Bathroom humidity", "浴室湿度计"), "Bathroom", "humidity", unit="%"),
        Entity("binary_sensor.kitchen_window", "binary_sensor", ("Kitchen window", "厨房窗户"), "Kitchen", "window"),
        Entity("binary_sensor.bed_window", "binary_sensor", ("Bedroom window", "卧室窗户"), "Bedroom", "window"),
    ),
    areas=(
        Area(("Kitchen", "厨房"), "Downstairs", ("Downstairs", "ground floor", "楼下", "一楼")),
        Area(("Living room", "lounge", "客厅"), "Downstairs", ("Downstairs", "ground floor", "楼下", "一楼")),
        Area(("Hall", "门厅"), "Downstairs", ("Downstairs", "ground floor", "楼下", "一楼")),
        Area(("Bedroom", "卧室"), "Upstairs", ("Upstairs", "楼上", "二楼")),
        Area(("Study", "office", "书房"), "Upstairs", ("Upstairs", "楼上", "二楼")),
        Area(("Bathroom", "浴室"), "Upstairs", ("Upstairs", "楼上", "二楼")),
        Area(("Garage", "车库")),
    ),
    here="Living room",
)

MACHINES = (
    Entity("vacuum.robby", "vacuum", ("Robby", "小白"), features=frozenset({"mode"}), options=("quiet", "max")),
    Entity("lawn_mower.gus", "lawn_mower", ("Gus", "小绿"), "Garden"),
    Entity("valve.main", "valve", ("Main water", "总水阀"), "Basement", "water"),
    Entity("valve.garden", "valve", ("Irrigation", "花园灌溉"), "Garden", features=frozenset({"position"})),
    Entity("siren.hall", "siren", ("Hall siren", "门厅警报器"), "Hall"),
    Entity(
        "alarm_control_panel.house", "alarm_control_panel", ("House alarm", "家庭安防"), features=frozenset({"mode"})
    ),
    Entity("cover.study", "cover", ("Study blinds", "书房百叶窗"), "Study", "blind", frozenset({"position", "tilt"})),
)
APPLIANCES = (
    Entity(
        "humidifier.bedroom",
        "humidifier",
        ("Bedroom humidifier", "卧室加湿器"),
        "Bedroom",
        features=frozenset({"humidity", "mode"}),
        options=("normal", "sleep"),
    ),
    Entity(
        "water_heater.tank",
        "water_heater",
        ("Hot water tank", "储水箱"),
        "Basement",
        features=frozenset({"temperature", "mode"}),
        options=("eco", "performance", "off"),
        lowest=30,
        highest=70,
    ),
    Entity("select.dryer", "select", ("Dryer start", "烘干机启动"), options=("now", "later", "on", "off")),
    Entity("text.sign", "text", ("Hall sign", "留言牌"), "Hall"),
    Entity("notify.display", "notify", ("Kitchen display", "厨房屏幕"), "Kitchen"),
    Entity("update.lamp", "update", ("Desk lamp firmware", "Desk lamp", "书房台灯固件", "书房台灯"), "Study"),
    Entity("event.remote", "event", ("Sofa remote", "沙发遥控器"), "Living room"),
    Entity("device_tracker.ann", "device_tracker", ("Ann", "安")),
    Entity("device_tracker.ben", "device_tracker", ("Ben", "本")),
)
FULL_HOUSE = House(
    (*HOUSE.entities, *MACHINES, *APPLIANCES),
    (*HOUSE.areas, Area(("Garden", "花园")), Area(("Basement", "地下室"))),
    HOUSE.here,
)
"""The small house with every kind of thing in it."""
