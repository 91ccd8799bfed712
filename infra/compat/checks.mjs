// The checks of the list that the official Node SDK repeats, on one business.
// Each prints a line of JSON; only the base URL differs from a program that
// uses Dodo Payments.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import DodoPayments from "dodopayments";

const { API, KEY, BUSINESS } = process.env;
const client = new DodoPayments({ bearerToken: KEY, baseURL: API, maxRetries: 0 });
const checks = [];
const check = (name, run) => checks.push({ name, run });
const refused = (status, code) => (error) => error.status === status && error.error.code === code && Boolean(error.error.message);
const monthly = (price) => ({
  type: "recurring_price", currency: "EUR", price, discount: 0, purchasing_power_parity: false,
  payment_frequency_count: 1, payment_frequency_interval: "Month", subscription_period_count: 10, subscription_period_interval: "Year",
});
const product = (price = monthly(2900)) => client.products.create({ name: "Atlas", tax_category: "saas", price });
const customer = () => client.customers.create({ email: "lin@example.com", name: "Lin" });
const order = async () => client.subscriptions.create({
  product_id: (await product()).product_id, quantity: 1, payment_link: true,
  billing: { country: "DE" }, customer: { customer_id: (await customer()).customer_id },
});

check("01 a wrong key is refused with code and message", async () => {
  const wrong = new DodoPayments({ bearerToken: "sk_test_wrong", baseURL: API, maxRetries: 0 });
  await assert.rejects(wrong.customers.list(), DodoPayments.AuthenticationError);
});

check("02 a customer keeps its metadata", async () => {
  const made = await client.customers.create({ email: "lin@example.com", name: "Lin", metadata: { crm: "0015g", seats: 3, vip: true } });
  assert.match(made.customer_id, /^cus_/);
  assert.equal(made.business_id, BUSINESS);
  assert.deepEqual((await client.customers.retrieve(made.customer_id)).metadata, { crm: "0015g", seats: 3, vip: true });
});

check("03 a customer is read, changed and listed by e-mail", async () => {
  const { customer_id } = await customer();
  await client.customers.update(customer_id, { email: "only@example.com", name: "Lin Q", phone_number: "+12025550147" });
  assert.equal((await client.customers.retrieve(customer_id)).name, "Lin Q");
  assert.deepEqual((await client.customers.list({ email: "only@example.com" })).items.map((c) => c.customer_id), [customer_id]);
  assert.deepEqual((await client.customers.list({ page_number: 99 })).items, []);
});

check("04 customers are paged", async () => {
  for (let i = 0; i < 5; i++) await client.customers.create({ email: `page${i}@example.com`, name: "Paged" });
  const seen = new Set();
  for await (const one of client.customers.list({ name: "paged", page_number: 0, page_size: 2 })) seen.add(one.customer_id);
  assert.equal(seen.size, 5);
});

check("05 an unknown customer is not found", () => assert.rejects(client.customers.retrieve("cus_none"), refused(404, "NOT_FOUND")));

check("06 a price of each type comes back as its own type", async () => {
  const onceOnly = { type: "one_time_price", currency: "USD", price: 4900, discount: 0, purchasing_power_parity: false };
  const usage = { ...monthly(0), type: "usage_based_price", fixed_price: 1000, meters: [] };
  delete usage.price;
  for (const price of [onceOnly, monthly(2900), usage]) {
    const got = await client.products.retrieve((await product(price)).product_id);
    assert.equal(got.price.type, price.type);
    assert.equal(got.is_recurring, price.type !== "one_time_price");
    assert.deepEqual([got.price.discount, got.price.purchasing_power_parity], [0, false]);
  }
});

check("07 a product is changed, archived once and unarchived", async () => {
  const { product_id } = await product();
  await client.products.update(product_id, { name: "Atlas Pro" });
  assert.equal((await client.products.retrieve(product_id)).name, "Atlas Pro");
  await client.products.archive(product_id);
  await assert.rejects(client.products.archive(product_id), refused(410, "PRODUCT_IS_DELETED"));
  await client.products.unarchive(product_id);
});

check("08 the primary brand has the business's id and is not changed", async () => {
  const { items } = await client.brands.list();
  assert.ok(items.some((b) => b.brand_id === BUSINESS && b.business_id === BUSINESS));
  await assert.rejects(client.brands.update(BUSINESS, { name: "Other" }), DodoPayments.PermissionDeniedError);
});

check("09 a collection has groups and items, and keeps its last product", async () => {
  const { product_id } = await product();
  const made = await client.productCollections.create({ name: "Plans", groups: [{ group_name: "Single", products: [{ product_id }] }] });
  const [group] = made.groups;
  assert.match(group.group_id, /^[0-9a-f-]{36}$/);
  await assert.rejects(
    client.productCollections.groups.items.delete(group.products[0].id, { id: made.id, group_id: group.group_id }),
    refused(422, "PRODUCT_COLLECTION_MUST_HAVE_PRODUCTS"),
  );
  await client.productCollections.delete(made.id);
  assert.deepEqual((await client.productCollections.unarchive(made.id)).excluded_product_ids, []);
});

check("10 a discount is made, found by its code and deleted", async () => {
  const made = await client.discounts.create({ type: "percentage", amount: 1500 });
  assert.match(made.code, /^[A-Z0-9]{16}$/);
  assert.equal((await client.discounts.retrieveByCode(made.code)).discount_id, made.discount_id);
  await client.discounts.delete(made.discount_id);
  await assert.rejects(client.discounts.retrieve(made.discount_id), refused(404, "NOT_FOUND"));
});

check("14 a subscription is pending until its link is paid", async () => {
  const made = await order();
  assert.ok(made.payment_link && made.client_secret && made.payment_id && made.expires_on);
  const got = await client.subscriptions.retrieve(made.subscription_id);
  assert.equal(got.status, "pending");
  for (const list of [got.addons, got.meters, got.credit_entitlement_cart, got.meter_credit_entitlement_cart]) assert.ok(Array.isArray(list));
});

check("16 subscriptions are filtered", async () => {
  const { subscription_id, customer: c } = await order();
  const { items } = await client.subscriptions.list({ customer_id: c.customer_id, status: "pending" });
  assert.ok(items.some((s) => s.subscription_id === subscription_id));
  assert.deepEqual((await client.subscriptions.list({ customer_id: c.customer_id, status: "active" })).items, []);
});

check("18 a pause comes alone", async () => {
  const { subscription_id } = await order();
  await assert.rejects(client.subscriptions.update(subscription_id, { status: "paused", metadata: { a: "b" } }), DodoPayments.UnprocessableEntityError);
});

check("35 a portal session has a link that opens", async () => {
  const session = await client.customers.customerPortal.create((await customer()).customer_id, { send_email: false });
  assert.match(session.link, /\/session\//);
});

check("36 a webhook is made, read, changed, listed and deleted", async () => {
  const made = await client.webhooks.create({ url: "https://shop.example/hooks", filter_types: ["payment.succeeded"] });
  assert.match((await client.webhooks.retrieveSecret(made.id)).secret, /^whsec_[A-Za-z0-9+/=]{32,}$/);
  await client.webhooks.headers.update(made.id, { headers: { "X-Shop": "7" } });
  assert.deepEqual((await client.webhooks.headers.retrieve(made.id)).headers, { "X-Shop": "7" });
  assert.equal((await client.webhooks.update(made.id, { disabled: true })).disabled, true);
  const listed = [];
  for await (const one of client.webhooks.list({ limit: 1 })) listed.push(one.id);
  assert.ok(listed.includes(made.id));
  await client.webhooks.delete(made.id);
  await assert.rejects(client.webhooks.retrieve(made.id), refused(404, "NOT_FOUND"));
});

check("37 a delivery is verified and read", async () => {
  let arrived;
  const delivery = new Promise((resolve) => { arrived = resolve; });
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part)).on("end", () => {
      response.end();
      arrived({ body: Buffer.concat(parts).toString(), headers: request.headers });
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const hook = await client.webhooks.create({ url: `http://127.0.0.1:${server.address().port}/` });
  const { secret: key } = await client.webhooks.retrieveSecret(hook.id);
  const { subscription_id } = await order();
  await client.subscriptions.update(subscription_id, { status: "cancelled" });
  const { body, headers } = await delivery;
  server.close();
  const event = client.webhooks.unwrap(body, { headers, key });
  assert.equal(event.business_id, BUSINESS);
  assert.match(event.type, /^(subscription|payment)\./);
  assert.throws(() => client.webhooks.unwrap(body.replace(BUSINESS, "bus_other"), { headers, key }));
});

check("39 the supported countries are a list", async () => {
  assert.ok((await client.misc.listSupportedCountries()).includes("DE"));
});

for (const { name, run } of checks) {
  let error;
  try {
    await run();
  } catch (failure) {
    error = failure.stack ?? String(failure);
  }
  console.log(JSON.stringify({ name, error }));
}
