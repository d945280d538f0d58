"""No-reason return (线下无理由退货): what a shop pledges of its own accord, and whether it keeps its word.

For shops that take back what was bought over the counter, for the offices that look at the pledge and put the shop
on the public list, and for consumers, who read it on the door. Voluntary: once given it binds (消费者权益保护法 art.
16); the province's guidance (线下实体店无理由退货承诺指引) says what a pledge holds. In 2021 there were 5,634.
"""
