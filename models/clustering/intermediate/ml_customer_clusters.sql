{#- Fitted in Python, scored in SQL: any row with these columns gets its label the same way. -#}
with

final as (

    {{ customer_clusters(
        ref('fct_customer_features'),
        ref('ml_customer_tastes'),
        ref('dim_behaviour_model')
    ) | indent(4) }}

)

select * from final
